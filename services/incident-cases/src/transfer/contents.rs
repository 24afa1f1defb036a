//! What of a child's file goes to the next school: chosen by the rule and by nobody's taste. Every case and concern in which
//! the child has a part, from first to last; none about adults, and nothing that is about somebody else alone. Other
//! people are called by labels, except those of the household who move along.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::names::Name;
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

/// The rule: what goes of what was found of a child, and of files that came with them from schools before.
pub fn contents(found: &Found, subject: &Learner, earlier: Vec<Entry>) -> Contents {
    let others = Others::of(found, subject);
    let mut contents = Contents { entries: earlier, left_out: BTreeMap::new(), names: Vec::new() };
    for item in found.items(subject, |_| String::new()) {
        if let Some(why) = stays(&item) {
            *contents.left_out.entry(why.to_owned()).or_default() += 1;
            continue;
        }
        let (text, redacted) = if item.marks.contains(&"photo") {
            (
                "A photo of a note is kept. It is not in this file: ask the school whose record it is for a copy."
                    .into(),
                false,
            )
        } else {
            others.told(&item)
        };
        contents.entries.push(Entry {
            number: 0,
            kind: item.kind.to_owned(),
            record: if item.reference.is_empty() { "A concern".into() } else { format!("Case {}", item.reference) },
            at: item.at,
            text,
            redacted,
            origin: String::new(),
        });
    }
    // Those of one moment stay in their order: what came from a school before comes first.
    contents.entries.sort_by_key(|entry| entry.at);
    for (place, entry) in contents.entries.iter_mut().enumerate() {
        entry.number = u32::try_from(place + 1).unwrap_or(u32::MAX);
    }
    contents
}

/// Other people in what was found, each with what they are called.
struct Others {
    people: Vec<(String, People)>,
    /// How somebody is reached who reported in confidence.
    contacts: Vec<String>,
}

impl Others {
    fn of(found: &Found, subject: &Learner) -> Self {
        let mut all = Self { people: Vec::new(), contacts: Vec::new() };
        let theirs = |id: &LearnerId| *id == subject.id || found.along.contains(id);
        let mut children: Vec<&LearnerId> = Vec::new();
        let (mut child, mut adult, mut somebody) = (0, 0, 0);
        for other in found.others.iter().filter(|other| !theirs(&other.id)) {
            child += 1;
            let record = &other.record;
            let mut people = People::default();
            [&record.given_name, &record.family_name, &record.known_as].into_iter().for_each(|name| people.named(name));
            all.people.push((format!("Child {child}"), people));
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
                child += 1;
                format!("Child {child}")
            } else if part.role == "subject_adult" {
                adult += 1;
                format!("Adult {adult}")
            } else {
                somebody += 1;
                format!("Person {somebody}")
            };
            all.add(label, &part.person);
        }
        for concern in &found.concerns {
            if let Origin::Public(sender) = &concern.origin {
                all.add("Somebody who told the school".to_owned(), &sender.name);
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
