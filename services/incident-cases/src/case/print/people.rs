//! How people are called in a print: by their names, or by labels such as `Victim 1`, also in what was written about them.

use std::collections::{BTreeSet, HashMap};

use chassis::names;

use crate::{
    case::{Case, Involvement, InvolvementId, access::SUBJECT_ADULT},
    lesson::everyday,
    subject_access::{
        mentions::{mailboxes, plain, readings, telephones, told_by, words},
        redact::Stretch,
    },
};

/// What somebody without a part is called who saw suspect material.
const EXPOSED: &str = "exposed_person";

/// Somebody in a case.
#[derive(Debug)]
struct Somebody<'a> {
    /// Their part; none of an adult whom it is about, or who saw suspect material, without one.
    part: Option<&'a Involvement>,
    label: String,
    name: &'a str,
    /// Their part in words.
    role: String,
}

/// How the people of one case are called.
#[derive(Debug)]
pub struct People<'a> {
    all: Vec<Somebody<'a>>,
    /// Parts that no row says.
    kept: &'a [InvolvementId],
    /// Whose name each word is of, by their places; none where everybody stands by their name.
    words: Option<HashMap<String, BTreeSet<usize>>>,
}

/// A part in words.
pub fn part(role: &str) -> String {
    let spaced = role.replace('_', " ");
    let mut letters = spaced.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Whether two people as they are written are one.
fn same(a: &str, b: &str) -> bool {
    let (own, other) = (names::own(a), names::own(b));
    if own.is_empty() || other.is_empty() { a.trim() == b.trim() } else { own == other }
}

impl<'a> People<'a> {
    /// The people of a case, by their names or by labels: those with a part, the adult it is about, and whoever saw suspect
    /// material.
    pub fn of(case: &'a Case, names: bool) -> Self {
        let mut found: Vec<(Option<&'a Involvement>, &'a str, &'a str)> =
            case.involvements.iter().map(|part| (Some(part), part.person.as_str(), part.role.as_str())).collect();
        let adult = case.access.subject_name().unwrap_or_default();
        let theirs = |part: &Involvement| part.role == SUBJECT_ADULT && (adult.is_empty() || same(&part.person, adult));
        if case.access.subject.is_some() && !case.involvements.iter().any(theirs) {
            found.push((None, adult, SUBJECT_ADULT));
        }
        for exposure in &case.exposures {
            if !found.iter().any(|(_, person, _)| same(person, &exposure.person)) {
                found.push((None, exposure.person.as_str(), EXPOSED));
            }
        }
        let mut counts: HashMap<&str, usize> = HashMap::new();
        let (mut all, mut words) = (Vec::new(), HashMap::<String, BTreeSet<usize>>::new());
        for (place, (involvement, name, role)) in found.into_iter().enumerate() {
            let count = counts.entry(role).or_default();
            *count += 1;
            let called = part(role);
            all.push(Somebody { part: involvement, label: format!("{called} {count}"), name, role: called });
            for word in told_by(name) {
                words.entry(word).or_default().insert(place);
            }
        }
        let words = (!names).then_some(words);
        Self { all, kept: &[], words }
    }

    /// Without rows of the parts that are kept from whoever prints it. Where people stand by labels, their names are left out
    /// of what was written as everybody's are.
    #[must_use]
    pub fn without(self, kept: &'a [InvolvementId]) -> Self {
        Self { kept, ..self }
    }

    /// Each person: label, name (empty where they stand by the label), part, year group.
    pub fn rows(&self) -> impl Iterator<Item = [String; 4]> {
        let kept = |one: &&Somebody<'_>| one.part.is_some_and(|part| self.kept.contains(&part.id));
        self.all.iter().filter(move |one| !kept(one)).map(|one| {
            let name = if self.words.is_none() { one.name.to_owned() } else { String::new() };
            let ended = if one.part.is_some_and(|part| part.ended.is_some()) { " (ended)" } else { "" };
            let year = one.part.map(|part| part.year_group.clone()).unwrap_or_default();
            [one.label.clone(), name, one.role.clone() + ended, year]
        })
    }

    /// What was written, with people called as they are called here. How they are reached is left out with their names.
    pub fn told(&self, text: &str) -> String {
        let Some(known) = &self.words else { return text.to_owned() };
        let text: Vec<char> = text.chars().collect();
        let mut gone: Vec<(Stretch, String)> = Vec::new();
        // Words beside each other that can name one person are one name.
        let mut run: Option<(Stretch, BTreeSet<usize>)> = None;
        for word in words(&text) {
            let letters = plain(text.get(word.start..word.end).unwrap_or_default());
            let said = readings(&letters, word.capital, &|name| known.contains_key(name));
            let said = said.iter().filter(|name| word.capital || !everyday(name)).filter_map(|name| known.get(name));
            let who: BTreeSet<usize> = said.flatten().copied().collect();
            let stretch = Stretch { start: word.start, end: word.end };
            let joined = run.as_ref().and_then(|(before, same)| {
                let between = text.get(before.end..word.start).unwrap_or_default();
                let both: BTreeSet<usize> = same.intersection(&who).copied().collect();
                let beside = between.iter().all(|c| matches!(c, ' ' | '\u{a0}'));
                (beside && !both.is_empty()).then_some((Stretch { start: before.start, end: word.end }, both))
            });
            if joined.is_none() {
                gone.extend(run.take().map(|(stretch, who)| (stretch, self.called(&who))));
            }
            run = joined.or_else(|| (!who.is_empty()).then_some((stretch, who)));
        }
        gone.extend(run.map(|(stretch, who)| (stretch, self.called(&who))));
        let reach =
            mailboxes(&text).chain(telephones(&text)).map(|stretch| (stretch, "[how to reach somebody]".to_owned()));
        gone.extend(reach.collect::<Vec<_>>());
        gone.sort_by_key(|(stretch, _)| (stretch.start, std::cmp::Reverse(stretch.end)));
        let (mut told, mut at) = (String::new(), 0);
        for (stretch, label) in gone.into_iter() {
            if stretch.start < at {
                continue;
            }
            told.extend(text.get(at..stretch.start).unwrap_or_default());
            told.push_str(&label);
            at = stretch.end;
        }
        told.extend(text.get(at..).unwrap_or_default());
        told
    }

    /// The label of whoever a name may be of: of all of them where it can be of several.
    fn called(&self, who: &BTreeSet<usize>) -> String {
        let labels: Vec<&str> =
            who.iter().filter_map(|place| self.all.get(*place)).map(|one| one.label.as_str()).collect();
        format!("[{}]", labels.join(" or "))
    }
}
