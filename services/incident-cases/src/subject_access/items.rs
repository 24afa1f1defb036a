//! The records that have to do with a learner, each as it would be given: what it says, who else is in it, and what to
//! think of before it leaves.

use std::{borrow::Cow, collections::HashMap};

use time::OffsetDateTime;

use super::mentions::{People, Suggestion};
use crate::{
    across::fate::{Fate, in_words},
    attachment::Attachment,
    case::{
        Case, InvolvementId,
        print::{Kind, Record},
    },
    concern::{Concern, Origin, Outcome, Sender},
    custody::{Custody, Disclosure, Search},
    learner::{Learner, LearnerId},
    shared_incident::{
        Whole,
        item::{Item as SharedItem, What},
        learner::own,
    },
};

/// Kinds of incident in which a child was or may have been abused, so that DPA 2018 schedule 3 paragraph 21 is thought of.
const CHILD_ABUSE: [&str; 4] = ["P1", "P2", "P3", "P4"];

/// What a case keeps of suspect material. It never leaves in an answer.
const MATERIAL: [&str; 5] = ["Viewing", "Suspect material", "Report about material", "Exposure", "Deletion"];

/// Records that are about one person of several.
const OF_ONE: [&str; 4] = ["Support", "Parents", "Part corrected", "Part ended"];

/// One record.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its id, which changes with what it says.
    pub id: String,
    /// The case or concern it belongs to.
    pub record_id: String,
    /// The case's reference; empty where it belongs to no case.
    pub reference: String,
    /// What it is.
    pub kind: &'static str,
    /// When it happened.
    pub at: OffsetDateTime,
    /// How well that is known: `exact`, `day`, `unknown`.
    pub known: &'static str,
    /// What it says.
    pub text: String,
    /// What to think of.
    pub marks: Vec<&'static str>,
    /// What is likely to be taken out.
    pub suggestions: Vec<Suggestion>,
    /// Whether it is kept back whatever is decided.
    pub fixed: bool,
}

/// Everything that was found of a learner and may be read.
#[derive(Debug, Default)]
pub struct Found {
    /// Cases in which they have a part, or that a concern about them belongs to.
    pub cases: Vec<Case>,
    /// Concerns about them, and those of the cases.
    pub concerns: Vec<Concern>,
    /// Devices of those cases.
    pub devices: Vec<Custody>,
    /// Searches.
    pub searches: Vec<Search>,
    /// What was told outside the school.
    pub disclosures: Vec<Disclosure>,
    /// How what was told stands, where that needs an answer, by what it was told by.
    pub fates: HashMap<String, Fate>,
    /// Photos of notes, without their files.
    pub photos: Vec<Attachment>,
    /// What those cases share with other schools, each with the case.
    pub shared: Vec<(String, Whole)>,
    /// Parts in those cases that are kept from whoever reads it: no record is of them. What was written names them to nobody
    /// else, so their names are taken out as everybody's are.
    pub kept: Vec<InvolvementId>,
    /// Other learners of the school who have a part in those cases or live with the learner.
    pub others: Vec<Learner>,
    /// Whether it is for the school that the learner moves to: which parents of theirs were told, that school knows.
    pub moving: bool,
    /// Those of the others who move along, and keep their names.
    pub along: Vec<LearnerId>,
    /// What schools of the platform are called that were told something, by their ids.
    pub schools: HashMap<String, String>,
}

/// Characters that nobody sees: with them a name would not be found that is read all the same.
fn unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The parts of a record as one text, a line each under its name.
fn joined<'a>(says: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let seen = |text: &str| text.replace("\r\n", "\n").chars().filter(|c| !unseen(*c)).collect::<String>();
    let line = |(name, text): (&str, &str)| {
        let text = seen(text.trim());
        if name.is_empty() { text } else { format!("{name}: {text}") }
    };
    let lines = says.into_iter().filter(|(_, text)| !text.trim().is_empty()).map(line);
    lines.collect::<Vec<_>>().join("\n")
}

impl Found {
    /// Everybody who may be named in it.
    pub fn people(&self, subject: &Learner) -> People {
        let mut people = People::default();
        let names = |learner: &Learner| -> Vec<String> {
            learner.names().map(|[given, known_as, family]| format!("{given} {family} {known_as}")).collect()
        };
        let theirs = |id: &LearnerId| *id == subject.id || self.along.contains(id);
        names(subject).iter().for_each(|name| people.own(name));
        for other in &self.others {
            for name in names(other) {
                if theirs(&other.id) {
                    people.own(&name);
                } else {
                    people.named(&name);
                }
            }
        }
        for case in &self.cases {
            for part in &case.involvements {
                match &part.learner {
                    Some(learner) if theirs(learner) => people.own(&part.person),
                    _ => people.other(&part.person),
                }
            }
            for told in &case.parents_decisions {
                let part = case.involvements.iter().find(|part| part.id == told.involvement_id);
                let own = self.moving && part.and_then(|part| part.learner.as_ref()).is_some_and(theirs);
                if let Some(telling) = told.telling.as_ref().filter(|_| !own) {
                    people.somebody(&telling.whom);
                }
            }
            case.access.subject_name().into_iter().for_each(|adult| people.other(adult));
            case.exposures.iter().for_each(|exposure| people.other(&exposure.person));
            case.viewings.iter().for_each(|viewing| people.somebody(&viewing.second_adult));
            case.materials.iter().for_each(|material| people.address(&material.address));
        }
        for concern in &self.concerns {
            people.somebody(&concern.report.about);
            people.somebody(&concern.report.others);
            match &concern.origin {
                Origin::Public(sender) => {
                    people.other(&sender.name);
                    people.contact(&sender.contact);
                }
                Origin::Staff { account_id } => {
                    concern.names.get(account_id).into_iter().for_each(|name| people.named(name));
                }
                Origin::Alert { .. } => {}
            }
        }
        self.devices.iter().for_each(|device| people.somebody(&device.owner));
        for search in &self.searches {
            people.somebody(&search.searched);
            people.somebody(&search.present);
        }
        people
    }

    /// The records in the order they happened; `name` makes an id of what tells one from every other.
    pub fn items(&self, subject: &Learner, name: impl Fn(&str) -> String) -> Vec<Item> {
        let people = self.people(subject);
        let mut all = Gathered { people, items: Vec::new() };
        let references: HashMap<&str, &Case> = self.cases.iter().map(|case| (case.id.as_str(), case)).collect();
        for case in &self.cases {
            let kept = case.involvements.iter().any(|part| self.kept.contains(&part.id));
            let case = if kept { Cow::Owned(case.without_parts(&self.kept)) } else { Cow::Borrowed(case) };
            all.case(&case, subject);
        }
        for concern in &self.concerns {
            let case = match &concern.outcome {
                Some(Outcome::InCase { case_id, .. }) => references.get(case_id.as_str()).copied(),
                _ => None,
            };
            all.concern(concern, case);
        }
        self.registers(&mut all, &references, subject);
        for photo in self.photos.iter().filter(|photo| photo.file.is_some()) {
            let reference = references.get(photo.record_id.as_str()).map_or("", |case| case.reference.as_str());
            let text = "A photo of a note is kept. It is not in this file: a copy comes beside it.";
            all.add((&photo.record_id, reference), "Photo of a note", photo.begun_at, text.into(), vec!["photo"]);
        }
        for (case_id, shared) in &self.shared {
            let Some(case) = references.get(case_id.as_str()) else { continue };
            let place = (case_id.as_str(), case.reference.as_str());
            let opening = &shared.opening;
            let said = joined([("Kind", opening.title.as_str()), ("", &opening.summary)]);
            all.add(place, "Shared with other schools", opening.opened_at, said, Vec::new());
            let marks = |holder: &str| if holder == case.school_id { Vec::new() } else { vec!["other_school"] };
            for entry in &opening.entries {
                all.add(place, "Entry shared between schools", entry.at, entry.text.clone(), marks(&entry.school_id));
            }
            for item in &shared.items {
                if let Some((kind, text)) = told(&item.what) {
                    let mut marks = marks(&item.holder);
                    let part = of_one(&shared.items, &item.what);
                    marks.extend(other_person(part.is_some_and(|part| !self.theirs(part, subject))));
                    all.add(place, kind, item.stamp.at, text, marks);
                }
            }
        }
        let mut items = all.items;
        items.sort_by(|a, b| (a.at, &a.record_id, a.kind, &a.text).cmp(&(b.at, &b.record_id, b.kind, &b.text)));
        let mut seen: HashMap<String, usize> = HashMap::new();
        for item in &mut items {
            let says =
                [item.record_id.as_str(), item.kind, &item.at.unix_timestamp_nanos().to_string(), &item.text].join("|");
            let same = seen.entry(says.clone()).or_default();
            *same += 1;
            item.id = name(&format!("{says}|{same}"));
        }
        items
    }

    /// Whether a part in one of the cases is the learner's.
    fn theirs(&self, part: &str, subject: &Learner) -> bool {
        let mut parts = self.cases.iter().flat_map(|case| &case.involvements);
        parts.any(|one| one.id.as_str() == part && one.learner.as_ref() == Some(&subject.id))
    }

    fn registers(&self, all: &mut Gathered, references: &HashMap<&str, &Case>, subject: &Learner) {
        let place = |case_id: &str| references.get(case_id).map(|case| case.reference.clone()).unwrap_or_default();
        for device in &self.devices {
            let reference = place(&device.case_id);
            for (at, link) in device.links.iter().enumerate() {
                let mistaken = if device.mistaken(at) { "Yes: it was recorded by mistake" } else { "" };
                let kind = link.kind.replace('_', " ");
                let first = link.kind == "taken";
                let says = [
                    ("What", device.item.as_str()),
                    ("Whose", &device.owner),
                    ("What happened", &kind),
                    ("Corrected later", mistaken),
                    ("Why", if first { device.reason.as_str() } else { "" }),
                    ("Where", &link.place),
                    ("Taken by", &link.taken_by),
                    ("From or to", &link.person),
                    ("Present", &link.present),
                    ("", &link.note),
                ];
                let other = all.people.only_others(&device.owner);
                all.add((&device.case_id, &reference), "Device held", link.at, joined(says), other_person(other));
            }
        }
        for search in &self.searches {
            let says = [
                ("Who, or whose things", search.searched.as_str()),
                ("By", &search.searched_by),
                ("Present", &search.present),
                ("By what right", &search.authority.replace('_', " ")),
                ("Where", &search.place),
                ("Sought", &search.sought),
                ("Why", &search.reason),
                ("Found", search.result.as_deref().unwrap_or("Nothing")),
                ("Afterwards", &search.follow_up),
            ];
            let other = other_person(all.people.only_others(&search.searched));
            let reference = place(&search.case_id);
            all.add((&search.case_id, &reference), "Search", search.searched_at, joined(says), other);
        }
        for told in &self.disclosures {
            let to = told.recipient_in_words(&self.schools);
            let says = [
                ("To", to.as_str()),
                ("Told", in_words(told, &self.fates)),
                ("What", &told.what),
                ("On what basis", &told.basis.replace('_', " ")),
                ("Why, or why not", &told.reason),
            ];
            let reference = place(told.record_id());
            let mut marks = vec!["agency"];
            marks.extend(other_person(!told.involvement.is_empty() && !self.theirs(&told.involvement, subject)));
            all.add((told.record_id(), &reference), "Told outside the school", told.stamp.at, joined(says), marks);
        }
    }
}

fn other_person(is: bool) -> Vec<&'static str> {
    if is { vec!["other_person"] } else { Vec::new() }
}

struct Gathered {
    people: People,
    items: Vec<Item>,
}

impl Gathered {
    fn add(
        &mut self,
        (record_id, reference): (&str, &str),
        kind: &'static str,
        at: OffsetDateTime,
        text: String,
        marks: Vec<&'static str>,
    ) {
        if text.is_empty() {
            return;
        }
        self.items.push(Item {
            id: String::new(),
            record_id: record_id.to_owned(),
            reference: reference.to_owned(),
            kind,
            at,
            known: "exact",
            suggestions: self.people.mentions(&text),
            text,
            fixed: marks.contains(&"material"),
            marks,
        });
    }

    fn case(&mut self, case: &Case, subject: &Learner) {
        let place = (case.id.as_str(), case.reference.as_str());
        let of_case = of_case(case);
        let own = |part: &&crate::case::Involvement| part.learner.as_ref() == Some(&subject.id);
        for part in case.involvements.iter().filter(own) {
            let role = crate::case::print::people::part(&part.role);
            let vulnerabilities = part.vulnerabilities.join(", ").replace('_', " ");
            let says =
                [("Part", role.as_str()), ("Year group", &part.year_group), ("To bear in mind", &vulnerabilities)];
            self.add(place, "Part in the case", case.opened_at, joined(says), of_case.clone());
        }
        for record in case.records(Kind::Bundle) {
            let mut marks = marks(&record);
            if OF_ONE.contains(&record.what) {
                // Nobody is named where their part is kept from the reader: then it is not the learner's.
                let theirs = |person: &str| case.involvements.iter().filter(own).any(|part| part.person == person);
                marks.extend(other_person(!whom(&record).is_some_and(theirs)));
            }
            marks.extend(of_case.iter().copied().filter(|mark| !marks.contains(mark)).collect::<Vec<_>>());
            let text = joined(record.says.iter().map(|(name, text)| (*name, text.as_str())));
            let before = self.items.len();
            self.add(place, record.what, record.at, text, marks);
            self.items.iter_mut().skip(before).for_each(|item| item.known = record.known);
        }
    }

    fn concern(&mut self, concern: &Concern, case: Option<&Case>) {
        let place = (concern.id.as_str(), case.map_or("", |case| case.reference.as_str()));
        let report = &concern.report;
        let mut marks = case.map(of_case).unwrap_or_default();
        if report.safe_now == "no" && !marks.contains(&"serious_harm") {
            marks.push("serious_harm");
        }
        let (mut from, mut reach) = (String::new(), "");
        if let Origin::Public(Sender { kind, name, contact }) = &concern.origin {
            marks.push("in_confidence");
            from = format!("{kind} {name}");
            reach = contact;
        }
        let areas = report.body_areas.join(", ").replace('_', " ");
        let says = [
            ("About", report.about.as_str()),
            ("", &report.narrative),
            ("Safe now", &report.safe_now.replace('_', " ")),
            ("Who else was there or was told", &report.others),
            ("Seen on the body", &areas),
            ("Sent by", &from),
            ("How to reach them", reach),
        ];
        self.add(place, "Concern", report.event_at.unwrap_or(concern.recorded_at), joined(says), marks.clone());
        for addition in &concern.additions {
            self.add(place, "Added to the concern", addition.at, addition.text.clone(), marks.clone());
        }
        for passed in &concern.passed_on {
            self.add(place, "Concern passed on", passed.at, joined([("Why", passed.reason.as_str())]), marks.clone());
        }
        for earlier in &concern.earlier {
            let why = joined([("Why", earlier.reason.as_str()), ("Why it was decided again", earlier.again.as_str())]);
            self.add(place, "Concern closed", earlier.at, why, marks.clone());
        }
        if let Some(Outcome::NoFurtherAction { reason, at, .. }) = &concern.outcome {
            self.add(place, "Concern closed", *at, joined([("Why", reason.as_str())]), marks);
        }
    }
}

/// What to think of in every record of a case.
fn of_case(case: &Case) -> Vec<&'static str> {
    let mut marks = Vec::new();
    if case.allegation() || CHILD_ABUSE.contains(&case.procedure.id.as_str()) {
        marks.push("child_abuse");
    }
    let at_risk = case.criteria.last().is_some_and(|criteria| criteria.answers[4]);
    if at_risk || case.fact("immediate_danger") == Some("yes") {
        marks.push("serious_harm");
    }
    marks
}

/// What to think of in one record.
fn marks(record: &Record) -> Vec<&'static str> {
    let is = |value: &str| record.says.iter().any(|(name, text)| *name == "What it is" && text == value);
    let mut marks = Vec::new();
    if MATERIAL.contains(&record.what) {
        marks.push("material");
    }
    if is("A professional view") || record.what == "Second person answered" {
        marks.push("opinion");
    }
    if is("A child’s own words") {
        marks.push("in_confidence");
    }
    if matches!(
        record.what,
        "Talk with an agency"
            | "Referral"
            | "Answer to a referral"
            | "Answer to a referral put right"
            | "Asked about a referral"
    ) {
        marks.push("agency");
    }
    if record.what == "Risk and needs assessment" {
        marks.push("serious_harm");
    }
    marks
}

/// Whom a record names that is about one person of several.
fn whom(record: &Record) -> Option<&str> {
    let who = record.says.iter().find(|(name, _)| matches!(*name, "For" | "Of"));
    who.map(|(_, person)| person.as_str())
}

/// The part of the one learner of the school whom something in a shared incident is about; none where it is about nobody by
/// themselves, or about another school's.
fn of_one<'a>(items: &'a [SharedItem], what: &'a What) -> Option<&'a str> {
    let learner = match what {
        What::Disclosed(told) => &told.learner,
        What::Stopped { disclosure, .. } => {
            let of = items.iter().find(|item| item.id == *disclosure)?;
            let What::Disclosed(told) = &of.what else { return None };
            &told.learner
        }
        _ => return None,
    };
    own(items, learner).map(|(_, part)| part)
}

/// What an item of a shared incident says, under what it is called; none where it says only who came and went.
pub fn told(what: &What) -> Option<(&'static str, String)> {
    let found = match what {
        // Nothing is left to be read of what another school wrote and was withdrawn.
        What::Entry { text, .. } if text.is_empty() => return None,
        What::Task { text, .. } | What::Decision { text, .. } if text.is_empty() => return None,
        What::Done { note, .. } if note.is_empty() => return None,
        What::Minutes(minutes) if minutes.present.is_empty() => return None,
        What::Entry { text, .. } => ("Entry shared between schools", text.clone()),
        What::Task { text, .. } => ("Task shared between schools", text.clone()),
        What::Done { note, .. } => ("What was done of a shared task", note.clone()),
        What::Decision { text, reason, .. } => {
            ("Decision shared between schools", joined([("", text.as_str()), ("Why", reason)]))
        }
        What::Minutes(minutes) => (
            "Minutes of a strategy discussion",
            joined([
                ("Who took part", minutes.present.as_str()),
                ("Discussed", &minutes.discussed),
                ("Decided", &minutes.decided),
                ("Next", &minutes.next),
            ]),
        ),
        What::OwnPart { reason, .. } if !reason.is_empty() => ("Why a school's part is not closed", reason.clone()),
        What::Disclosed(told) => (
            "Learner disclosed to another school",
            joined([("Who", told.name.as_str()), ("", &told.what), ("What for", &told.purpose)]),
        ),
        What::Stopped { reason, .. } => ("Disclosure ended", reason.clone()),
        What::Withdrawn { reason, .. } => ("Withdrawn from the shared part", reason.clone()),
        What::Learner { .. } | What::Own { .. } | What::OwnPart { .. } | What::Change { .. } => return None,
    };
    Some(found)
}
