//! Finding a record again by what one remembers of it: a learner as the roll has them, a case by its reference and the
//! names of the people in it, a concern by whom it is about, and both by the learners who have a part in them. The store
//! keeps keyed tokens and none of the words; what they may mean is ranked after opening.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use crate::{
    case::Case,
    concern::Concern,
    learner::{
        Learner, Record,
        search::{Match, Query as Names, name_tokens, words},
    },
    lesson::no_name,
};

/// Records answered at most.
pub const MOST: usize = 20;
/// Of them learners, where there is enough else.
const LEARNERS: usize = 10;
/// Records of a kind that are opened for one search at most.
pub const OPENED: u64 = 60;
/// What counts of one reference, whole as it is.
const REFERENCE: i32 = 60;

/// What somebody remembers.
#[derive(Debug, Clone, Default)]
pub struct Query {
    reference: Option<String>,
    names: Names,
}

/// By what a record was found, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The reference of the case.
    Reference,
    /// The pupil number.
    PupilNumber,
    /// A name as it is written there.
    Name,
    /// The name a learner goes by.
    KnownAs,
    /// A name like it.
    NearName,
    /// The date of birth, or part of it.
    DateOfBirth,
    /// A learner who was found has a part in it.
    Learner,
}

impl Why {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::PupilNumber => "pupil_number",
            Self::Name => "name",
            Self::KnownAs => "known_as",
            Self::NearName => "near_name",
            Self::DateOfBirth => "date_of_birth",
            Self::Learner => "learner",
        }
    }
}

/// What was found.
#[derive(Debug, Clone)]
pub enum Thing {
    /// A learner.
    Learner(Box<Learner>),
    /// A case, and whether it may be read, or only known that there is one.
    Case(Arc<Case>, bool),
    /// A concern.
    Concern(Box<Concern>),
}

impl Thing {
    /// Its id.
    pub fn id(&self) -> &str {
        match self {
            Self::Learner(learner) => learner.id.as_str(),
            Self::Case(case, _) => case.id.as_str(),
            Self::Concern(concern) => concern.id.as_str(),
        }
    }

    fn place(&self) -> u8 {
        match self {
            Self::Learner(_) => 0,
            Self::Case(..) => 1,
            Self::Concern(_) => 2,
        }
    }
}

/// A record that was found, how likely it is meant, 1 to 100, and why.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The record.
    pub thing: Thing,
    /// How likely.
    pub score: u8,
    /// Why.
    pub why: Vec<Why>,
}

impl Hit {
    /// The concern that was found, where it is one.
    pub fn concern(&self) -> Option<&Concern> {
        match &self.thing {
            Thing::Concern(concern) => Some(concern),
            Thing::Learner(_) | Thing::Case(..) => None,
        }
    }
}

impl Query {
    /// Reads what somebody typed.
    pub fn read(text: &str) -> Self {
        Self { reference: reference(text), names: Names::read(text) }
    }

    /// Whether nothing in it can be looked for.
    pub fn is_empty(&self) -> bool {
        self.reference.is_none() && self.names.is_empty()
    }

    /// The token of the reference it may be.
    pub fn reference_token(&self) -> Option<String> {
        self.reference.as_ref().map(|reference| reference_token(reference))
    }

    /// The tokens of names, dates and numbers.
    pub fn tokens(&self) -> Vec<String> {
        self.names.tokens()
    }

    /// What it says of people.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// How likely a text names whom it means.
    fn of_text(&self, text: &str) -> Option<(u8, Why)> {
        let found = |text: String| self.names.matches(&Record { given_name: text, ..Record::default() });
        // Words that stand in every description are like a name by chance alone.
        let telling = words(text).into_iter().filter(|word| !no_name(word)).collect::<Vec<_>>().join(" ");
        let found = found(telling).or_else(|| found(text.to_owned()).filter(Match::exact))?;
        Some((found.score, like(&found)))
    }

    /// How likely a case is meant, by who is in it.
    pub fn of_case(&self, case: &Case) -> Option<(u8, Why)> {
        named(case).filter_map(|name| self.of_text(name)).max_by_key(|(score, _)| *score)
    }

    /// How likely a concern is meant, by whom it is about.
    pub fn of_concern(&self, concern: &Concern) -> Option<(u8, Why)> {
        self.of_text(&concern.report.about)
    }

    /// Why a learner is meant.
    fn of_learner(&self, learner: &Learner, found: &Match) -> Vec<Why> {
        let record = &learner.record;
        let dated = self.names.dated(record).then_some(Why::DateOfBirth);
        if found.score == 100 {
            return vec![Why::PupilNumber];
        }
        let without = self.names.matches(&Record { known_as: String::new(), ..record.clone() });
        let by_known = !record.known_as.is_empty() && without.is_none_or(|less| less.score < found.score);
        let name = if by_known { Why::KnownAs } else { like(found) };
        self.names.named().then_some(name).into_iter().chain(dated).collect()
    }
}

fn like(found: &Match) -> Why {
    if found.exact() { Why::Name } else { Why::NearName }
}

/// The people a case names, and the adult it is about.
fn named(case: &Case) -> impl Iterator<Item = &str> {
    case.involvements.iter().map(|part| part.person.as_str()).chain(case.access.subject_name())
}

/// A reference in its one spelling, where a text may be one: `2026-7K3F2Q`, `case 2026/7k3f2q`; `A-7K3F2`,
/// `a7k3f2`; and `2026-014` or `2026-14`, as cases were numbered before.
fn reference(text: &str) -> Option<String> {
    let upper = text.to_uppercase();
    let mut groups: Vec<&str> = upper.split(|c: char| !c.is_alphanumeric()).filter(|group| !group.is_empty()).collect();
    if groups.first() == Some(&"CASE") {
        groups.remove(0);
    }
    let numbered = |year: &str, number: &str| {
        let number: u32 = number.parse().ok()?;
        (year.len() == 4 && year.starts_with("20") && year.parse::<u32>().is_ok()).then(|| format!("{year}-{number}"))
    };
    // A word of six letters behind a year is a name, unless a mark joins them.
    let joined = text.contains(['-', '/']);
    let drawn = |year: &str, tail: &str| {
        let like = tail.len() == 6 && tail.is_ascii() && (joined || tail.chars().any(|c| c.is_ascii_digit()));
        (like && year.len() == 4 && year.starts_with("20") && year.parse::<u32>().is_ok())
            .then(|| format!("{year}-{tail}"))
    };
    match *groups.as_slice() {
        ["A", tail] if tail.len() == 5 => Some(format!("A-{tail}")),
        [year, number] => numbered(year, number).or_else(|| drawn(year, number)),
        [one] if one.len() == 10 && one.is_ascii() && !one.chars().all(|c| c.is_ascii_digit()) => {
            one.split_at_checked(4).and_then(|(year, tail)| drawn(year, tail))
        }
        [one] if one.len() >= 7 && one.chars().all(|c| c.is_ascii_digit()) => {
            one.split_at_checked(4).and_then(|(year, number)| numbered(year, number))
        }
        [one] if one.len() == 6 => {
            one.strip_prefix('A').map(|tail| format!("A-{tail}")).or_else(|| drawn_alone(one).then(|| one.to_owned()))
        }
        [one] if one.len() == 5 && drawn_alone(one) => Some(format!("A-{one}")),
        _ => None,
    }
}

/// Whether the end of a reference may stand alone: letters and figures, as no name is.
fn drawn_alone(tail: &str) -> bool {
    let has = |of: fn(&u8) -> bool| tail.as_bytes().iter().any(of);
    tail.is_ascii() && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}

fn reference_token(reference: &str) -> String {
    format!("reference {reference}")
}

/// The tokens a case is found by, with their weights.
pub fn tokens_of_case(case: &Case) -> Vec<(String, i32)> {
    let written = reference(&case.reference).unwrap_or_else(|| case.reference.to_uppercase());
    let mut tokens: Vec<_> = named(case).flat_map(name_tokens).collect();
    // As it is said on the telephone: without the year.
    let tail = written.split_once('-').map(|(_, tail)| tail).filter(|tail| tail.len() == 6);
    tokens.extend(tail.map(|tail| (reference_token(tail), REFERENCE)));
    tokens.push((reference_token(&written), REFERENCE));
    tokens
}

/// The tokens a concern is found by, with their weights.
pub fn tokens_of_concern(concern: &Concern) -> Vec<(String, i32)> {
    name_tokens(&concern.report.about)
}

/// What was found for one query, each record once.
#[derive(Debug)]
pub struct Found<'a> {
    query: &'a Query,
    hits: BTreeMap<String, Hit>,
}

impl<'a> Found<'a> {
    /// Nothing yet.
    pub fn new(query: &'a Query) -> Self {
        Self { query, hits: BTreeMap::new() }
    }

    fn add(&mut self, thing: Thing, score: u8, why: impl IntoIterator<Item = Why>) {
        let hit = Hit { score, why: Vec::new(), thing };
        let hit = self.hits.entry(hit.thing.id().to_owned()).or_insert(hit);
        hit.score = hit.score.max(score);
        hit.why.extend(why);
        hit.why.sort_unstable();
        hit.why.dedup();
    }

    /// A learner, as learners are ranked.
    pub fn learner(&mut self, learner: Learner, found: &Match) {
        let why = self.query.of_learner(&learner, found);
        self.add(Thing::Learner(Box::new(learner)), found.score, why);
    }

    /// A case with the reference that was asked for.
    pub fn referred(&mut self, case: Arc<Case>, readable: bool) {
        self.add(Thing::Case(case, readable), 100, [Why::Reference]);
    }

    /// A case whose people may be meant; none of it where they hardly are.
    pub fn case(&mut self, case: Arc<Case>) {
        if let Some((score, why)) = self.query.of_case(&case) {
            self.add(Thing::Case(case, true), score, [why]);
        }
    }

    /// A concern about somebody who may be meant; none of it where they hardly are.
    pub fn concern(&mut self, concern: Concern) {
        if let Some((score, why)) = self.query.of_concern(&concern) {
            self.add(Thing::Concern(Box::new(concern)), score, [why]);
        }
    }

    /// A record in which a learner who was found has a part: nearly as likely as the learner.
    pub fn belonging(&mut self, thing: Thing, learner: u8) {
        self.add(thing, learner.saturating_sub(1).max(1), [Why::Learner]);
    }

    /// Leaves out what its reader may not know of.
    pub fn without(&mut self, ids: &HashSet<String>) {
        self.hits.retain(|id, _| !ids.contains(id));
    }

    /// The likeliest, best first; learners leave room for what else was found.
    pub fn best(&self) -> Vec<&Hit> {
        let mut all: Vec<&Hit> = self.hits.values().collect();
        all.sort_by(|a, b| {
            let likelier = (b.score, a.thing.place()).cmp(&(a.score, b.thing.place()));
            // Ids are in the order of time: what is newer is nearer to whoever looks.
            likelier.then_with(|| b.thing.id().cmp(a.thing.id()))
        });
        let others = all.iter().filter(|hit| hit.thing.place() > 0).count();
        let mut room = MOST - others.min(MOST - LEARNERS);
        all.retain(|hit| {
            let learner = hit.thing.place() == 0;
            let kept = !learner || room > 0;
            room = room.saturating_sub(usize::from(learner));
            kept
        });
        all.truncate(MOST);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_known_in_every_spelling() {
        for text in ["2026-014", "2026-14", "2026/14", "case 2026 014", "2026014"] {
            assert_eq!(reference(text).as_deref(), Some("2026-14"), "{text}");
        }
        for text in ["2026-7K3F2Q", "2026/7k3f2q", "case 2026 7K3F2Q", "20267k3f2q"] {
            assert_eq!(reference(text).as_deref(), Some("2026-7K3F2Q"), "{text}");
        }
        assert_eq!(reference("2026-THORPE").as_deref(), Some("2026-THORPE"), "as it may be drawn");
        for text in ["A-7K3F2", "a7k3f2", "Case A 7k3f2"] {
            assert_eq!(reference(text).as_deref(), Some("A-7K3F2"), "{text}");
        }
        for text in ["EX1K3K", "ex1k3k"] {
            assert_eq!(reference(text).as_deref(), Some("EX1K3K"), "the year is left out");
        }
        assert_eq!(reference("9y2c4").as_deref(), Some("A-9Y2C4"));
        for text in ["Robin", "Harlow", "123456", "12345"] {
            assert_eq!(reference(text), None, "{text}");
        }
        for text in ["27/3/2014", "Sam Oak", "9K", "12-14", "B801200005001", "2014 Thorpe", ""] {
            assert_eq!(reference(text), None, "{text}");
        }
    }

    #[test]
    fn a_reference_is_no_name_and_a_name_no_reference() {
        let query = Query::read("2026-014");
        assert_eq!((query.is_empty(), query.tokens().is_empty()), (false, true));
        assert_eq!(query.reference_token().as_deref(), Some("reference 2026-14"));
        assert!(Query::read("Sam Oak").reference_token().is_none() && Query::read("9K").is_empty());
        let (score, why) = Query::read("Sam Oke").of_text("Sam Oak, 9K").unwrap_or((0, Why::Learner));
        assert!(score > 70 && why == Why::NearName, "{score} {why:?}");
        assert_eq!(Query::read("sam oak").of_text("Sam Oak, 9K").map(|(_, why)| why), Some(Why::Name));
        assert_eq!(Query::read("Priya").of_text("Sam Oak, 9K"), None);
        for name in ["Oddfellow", "Ivy"] {
            assert_eq!(Query::read(name).of_text("A pupil of the lower years"), None, "{name}");
        }
        assert_eq!(Query::read("An To").of_text("An To").map(|(_, why)| why), Some(Why::Name));
    }
}
