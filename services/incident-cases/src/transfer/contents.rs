//! What of a child's file goes to the next school: chosen by the rule and by nobody's taste. Every case and concern in which
//! the child has a part, from first to last; none about adults, and nothing that is about somebody else alone. Other
//! people are called by labels, except those of the household who move along.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::{
    labels::{Labels, TOLD},
    names::Name,
};
use crate::{
    concern::{Origin, Outcome},
    learner::{Learner, LearnerId},
    subject_access::{
        items::{Found, Item},
        mentions::{People, Suggestion, Why, mailboxes, telephones},
        redact::{Stretch, merged},
    },
};

/// One entry as it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the order in which things happened, from 1.
    pub number: u32,
    /// What it is.
    pub kind: String,
    /// The case or concern it belongs to, as its school calls it.
    pub record: String,
    /// When it happened.
    pub at: OffsetDateTime,
    /// What it says.
    pub text: String,
    /// Whether anything was taken out.
    pub redacted: bool,
    /// The school whose record it is, where that is another than the sending one.
    pub origin: String,
    /// What tells it from every other of its school, whatever others are called in it; nobody reads out of it what it says. Empty
    /// in what came from outside the platform, and in what was sent before entries had one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// What goes, and how much does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// The entries.
    pub entries: Vec<Entry>,
    /// How many do not go, by why.
    pub left_out: BTreeMap<String, u32>,
    /// Names of other learners of the school that the entries still hold.
    pub names: Vec<Name>,
}

impl Contents {
    /// What tells it from every other, before it is sent.
    pub fn digest(&self) -> String {
        let text = serde_json::to_string(&(&self.entries, &self.left_out, &self.names)).unwrap_or_default();
        hex::encode(Sha256::digest(text.as_bytes()))
    }
}

/// Takes out of what was found whatever is about adults: that is no part of a child's file.
pub fn without_adults(found: &mut Found) {
    found.cases.retain(|case| !case.adult());
    let cases: Vec<&str> = found.cases.iter().map(|case| case.id.as_str()).collect();
    found.concerns.retain(|concern| {
        let here = match &concern.outcome {
            Some(Outcome::InCase { case_id, .. }) => cases.contains(&case_id.as_str()),
            Some(Outcome::NoFurtherAction { .. }) | None => true,
        };
        here && concern.office.is_none()
    });
    found.devices.retain(|device| cases.contains(&device.case_id.as_str()));
    found.searches.retain(|search| cases.contains(&search.case_id.as_str()));
    found.shared.retain(|(case_id, _)| cases.contains(&case_id.as_str()));
    let concerns: Vec<&str> = found.concerns.iter().map(|concern| concern.id.as_str()).collect();
    found.disclosures.retain(|told| cases.contains(&told.record_id()) || concerns.contains(&told.record_id()));
    found
        .photos
        .retain(|photo| cases.contains(&photo.record_id.as_str()) || concerns.contains(&photo.record_id.as_str()));
}

/// What schools of a shared incident did together, as `told` calls it.
const TOGETHER: [&str; 2] = ["Decision shared between schools", "Minutes of a strategy discussion"];

/// Why an entry does not go; none where it does.
fn stays(item: &Item) -> Option<&'static str> {
    if item.fixed {
        return Some("material");
    }
    if item.marks.contains(&"other_person") {
        return Some("another_person");
    }
    // What was decided and discussed together is of every school that was there, whichever wrote it down.
    let together = TOGETHER.contains(&item.kind);
    (item.marks.contains(&"other_school") && !together).then_some("other_school")
}

/// The rule: what goes of what was found of a child, and of files that came with them from schools before, oldest first; `school`
/// is the sending one, and `name` makes of what tells an entry from every other what nobody reads out again.
pub fn contents(
    found: &Found,
    subject: &Learner,
    earlier: Vec<Vec<Entry>>,
    (school, name): (&str, &dyn Fn(&str) -> String),
) -> Contents {
    let mut contents = Contents::default();
    let mut goes = Vec::new();
    for item in found.items(subject, name) {
        match stays(&item) {
            Some(why) => *contents.left_out.entry(why.to_owned()).or_default() += 1,
            None => goes.push(item),
        }
    }
    let own = |before: Labels| -> Vec<Entry> {
        let others = Others::of(found, subject, before);
        goes.iter().map(|item| entry(item, &others)).collect()
    };
    let mut entries = own(Labels::default());
    if !earlier.is_empty() {
        let before = once(&entries, school, earlier);
        let labels = Labels::of(before.iter().map(|entry| entry.text.as_str()));
        if labels != Labels::default() {
            entries = own(labels);
        }
        entries = before.into_iter().chain(entries).collect();
    }
    // Those of one moment stay in their order: what came from a school before comes first.
    entries.sort_by_key(|entry| entry.at);
    for (place, entry) in entries.iter_mut().enumerate() {
        entry.number = u32::try_from(place + 1).unwrap_or(u32::MAX);
    }
    contents.entries = entries;
    contents
}

/// An entry as it goes, with others called by their labels.
fn entry(item: &Item, others: &Others) -> Entry {
    let (text, redacted) = if item.marks.contains(&"photo") {
        (
            "A photo of a note is kept. It is not in this file: ask the school whose record it is for a copy.".into(),
            false,
        )
    } else {
        others.told(item)
    };
    Entry {
        number: 0,
        kind: item.kind.to_owned(),
        record: if item.reference.is_empty() { "A concern".into() } else { format!("Case {}", item.reference) },
        at: item.at,
        text,
        redacted,
        origin: String::new(),
        source: item.id.clone(),
    }
}

/// What files from schools before hold beside the school's own records, each entry once, as the latest file has it: a file comes
/// again where more was written, and comes home with the child. Labels of one file are counted on behind those of another.
fn once(own: &[Entry], school: &str, earlier: Vec<Vec<Entry>>) -> Vec<Entry> {
    let of = |entry: &Entry| if entry.origin.is_empty() { school.to_owned() } else { entry.origin.clone() };
    let named = |entry: &Entry| (!entry.source.is_empty()).then(|| (of(entry), entry.source.clone()));
    let says = |entry: &Entry| (entry.kind.clone(), entry.record.clone(), entry.at, entry.text.clone());
    let mut by_name: HashSet<(String, String)> = own.iter().filter_map(named).collect();
    let mut by_text: HashSet<_> = own.iter().map(says).collect();
    let mut files: Vec<Vec<Entry>> = Vec::with_capacity(earlier.len());
    for mut file in earlier.into_iter().rev() {
        let before = by_text.clone();
        file.retain(|entry| {
            // Two entries of one file that say the same are two.
            let new = !before.contains(&says(entry)) && named(entry).is_none_or(|name| by_name.insert(name));
            by_text.insert(says(entry));
            new
        });
        files.push(file);
    }
    let (mut labels, mut all) = (Labels::default(), Vec::new());
    for file in files.into_iter().rev() {
        let theirs = Labels::of(file.iter().map(|entry| entry.text.as_str()));
        all.extend(file.into_iter().map(|entry| Entry { text: labels.behind(&entry.text), ..entry }));
        labels = labels.and(theirs);
    }
    all
}

/// Other people in what was found, each with what they are called.
struct Others {
    people: Vec<(String, People)>,
    /// How somebody is reached who reported in confidence.
    contacts: Vec<String>,
}

impl Others {
    /// Whoever is in it, called by labels behind those that are taken.
    fn of(found: &Found, subject: &Learner, mut labels: Labels) -> Self {
        let mut all = Self { people: Vec::new(), contacts: Vec::new() };
        let theirs = |id: &LearnerId| *id == subject.id || found.along.contains(id);
        let mut children: Vec<&LearnerId> = Vec::new();
        for other in found.others.iter().filter(|other| !theirs(&other.id)) {
            let mut people = People::default();
            other.names().flatten().for_each(|name| people.named(name));
            all.people.push((labels.child(), people));
            children.push(&other.id);
        }
        for part in found.cases.iter().flat_map(|case| &case.involvements) {
            match &part.learner {
                Some(id) if theirs(id) => continue,
                Some(id) => {
                    // What a case calls them is theirs, too.
                    if let Some(known) = children.iter().position(|known| *known == id)
                        && let Some((_, people)) = all.people.get_mut(known)
                    {
                        people.other(&part.person);
                        continue;
                    }
                }
                None => {}
            }
            // What they did or suffered does not say what they are: who is on a roll or in a year is a child.
            let label = if part.learner.is_some() || !part.year_group.is_empty() {
                labels.child()
            } else if part.role == "subject_adult" {
                labels.adult()
            } else {
                labels.person()
            };
            all.add(label, &part.person);
        }
        for concern in &found.concerns {
            if let Origin::Public(sender) = &concern.origin {
                all.add(TOLD.to_owned(), &sender.name);
                all.contacts.push(sender.contact.clone());
            }
        }
        all
    }

    fn add(&mut self, label: String, person: &str) {
        let mut people = People::default();
        people.other(person);
        self.people.push((label, people));
    }

    /// What an entry says with others called by their labels, and whether that took anything out.
    fn told(&self, item: &Item) -> (String, bool) {
        let text: Vec<char> = item.text.chars().collect();
        let reached: Vec<Stretch> = mailboxes(&text).chain(telephones(&text)).collect();
        let goes = |suggestion: &&Suggestion| {
            let words: String =
                text.get(suggestion.stretch.start..suggestion.stretch.end).into_iter().flatten().collect();
            let confided = self.contacts.iter().any(|contact| !contact.is_empty() && contact.contains(&words));
            // How an agency or a parent is reached belongs to the file; how somebody is who told in confidence, does not.
            suggestion.why == Why::Address || confided || !reached.contains(&suggestion.stretch)
        };
        let gone: Vec<&Suggestion> = item.suggestions.iter().filter(goes).collect();
        let (mut told, mut at) = (String::new(), 0);
        for stretch in merged(gone.iter().map(|suggestion| suggestion.stretch).collect()) {
            told.extend(text.get(at..stretch.start).into_iter().flatten());
            let address = gone.iter().any(|one| {
                one.why == Why::Address && one.stretch.start < stretch.end && stretch.start < one.stretch.end
            });
            let words: String = text.get(stretch.start..stretch.end).into_iter().flatten().collect();
            told.push_str(&if address { "[address removed]".to_owned() } else { self.called(&words) });
            at = stretch.end;
        }
        told.extend(text.get(at..).into_iter().flatten());
        (told, !gone.is_empty())
    }

    /// The label of whoever some words name: of those whom most of the words name where they can name several.
    fn called(&self, words: &str) -> String {
        let named: Vec<(&str, usize)> =
            self.people.iter().map(|(label, people)| (label.as_str(), people.named_by(words))).collect();
        let most = named.iter().map(|(_, words)| *words).max().unwrap_or_default();
        let labels: Vec<&str> =
            named.into_iter().filter(|(_, words)| *words == most && most > 0).map(|(label, _)| label).collect();
        if labels.is_empty() { "[another person]".to_owned() } else { format!("[{}]", labels.join(" or ")) }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn entry(origin: &str, source: &str, text: &str) -> Entry {
        Entry {
            number: 0,
            kind: "Entry".into(),
            record: "Case 2026-001".into(),
            at: datetime!(2026-11-24 09:00 UTC),
            text: text.into(),
            redacted: true,
            origin: origin.into(),
            source: source.into(),
        }
    }

    #[test]
    fn what_came_before_stands_once_and_one_label_is_one_person() {
        let own = [entry("", "own", "[Child 1] ran.")];
        let first = vec![
            entry("a", "1", "[Child 1] fell."),
            entry("a", "2", "[Child 1 or Child 2] said so."),
            // It was this school's, and comes home called otherwise.
            entry("here", "own", "[Child 7] ran."),
            entry("a", "", "[Child 2] wrote."),
        ];
        let second = vec![entry("a", "2", "[Child 3] said so."), entry("a", "", "[Child 2] wrote.")];
        let before = once(&own, "here", vec![first, second]);
        let texts: Vec<&str> = before.iter().map(|entry| entry.text.as_str()).collect();
        assert_eq!(texts, ["[Child 1] fell.", "[Child 4] said so.", "[Child 3] wrote."]);
    }
}
