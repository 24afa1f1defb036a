//! A case on paper: which of its records a print has, each numbered in the order they happened, with the digest of what
//! is kept, so that a print can be held against the record. `people` says how people are called, `address` which
//! addresses are left out, `asked` what it says of agencies, `material` what it has of material, `paper` sets it.

pub mod address;
mod asked;
pub mod beside;
mod material;
pub mod paper;
pub mod people;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use asked::asked;

use super::{
    Case, Closing,
    entry::Entry,
    record::{FactChange, Stamp},
};
use crate::sheet::Days;

chassis::id!(/** A print of a case. */ pub struct PrintId = "prt");

/// What a print has of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// What mattered, in the order it happened.
    Chronology,
    /// Everything that was recorded.
    Bundle,
}

impl Kind {
    /// Every one, with its code.
    pub const ALL: [(&'static str, Self); 2] = [("chronology", Self::Chronology), ("bundle", Self::Bundle)];

    /// The one of a code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == code).map(|(_, kind)| kind)
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, kind)| *kind == self).map_or("", |(code, _)| code)
    }
}

/// That a case was printed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Print {
    /// Its id.
    pub id: PrintId,
    /// What it has.
    pub kind: Kind,
    /// What it was written as.
    pub format: String,
    /// Whether people stand by their names.
    pub names: bool,
    /// The days it is of.
    #[serde(default, skip_serializing_if = "Days::all")]
    pub days: Days,
    /// Why.
    pub reason: String,
    /// Who and when.
    pub stamp: Stamp,
    /// How many numbered records it has.
    pub records: usize,
    /// The SHA-256 of the file, in hexadecimal digits.
    pub digest: String,
}

/// One record as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When it happened, as far as it says.
    pub at: OffsetDateTime,
    /// How well that is known: `exact`, `day`, `unknown`.
    pub known: &'static str,
    /// Where it stands among the others.
    pub place: OffsetDateTime,
    /// What it is.
    pub what: &'static str,
    /// The account that recorded it.
    pub by: String,
    /// What it says, each part under its name; what is empty is left out.
    pub says: Vec<(&'static str, String)>,
    /// The SHA-256 of the record as it is kept, in hexadecimal digits.
    pub digest: String,
}

impl Record {
    /// When it happened, in words that say no more than is known.
    pub fn when(&self) -> String {
        paper::when(self.at, self.known)
    }
}

fn digest(kept: &impl Serialize) -> String {
    let kept = serde_json::to_vec(kept).unwrap_or_default();
    let digest = Sha256::digest(kept);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The records as they are gathered.
struct Gathered(Vec<Record>);

impl Gathered {
    fn add(
        &mut self,
        at: OffsetDateTime,
        what: &'static str,
        by: &str,
        says: &[(&'static str, &str)],
        kept: &impl Serialize,
    ) {
        let says = says.iter().filter(|(_, text)| !text.trim().is_empty());
        let says = says.map(|(name, text)| (*name, (*text).to_owned())).collect();
        let digest = digest(kept);
        self.0.push(Record { at, known: "exact", place: at, what, by: by.to_owned(), says, digest });
    }

    /// Says of the last one how well its time is known, and where it stands.
    fn placed(&mut self, known: &'static str, place: OffsetDateTime) {
        if let Some(last) = self.0.last_mut() {
            (last.known, last.place) = (known, place);
        }
    }

    fn stamped(&mut self, stamp: &Stamp, what: &'static str, says: &[(&'static str, &str)], kept: &impl Serialize) {
        self.add(stamp.at, what, &stamp.by, says, kept);
    }
}

/// A form in lines.
fn told(answers: &[crate::route::Filled]) -> String {
    use super::referral::paper::said;
    let answered = answers.iter().filter(|filled| !filled.value.is_empty());
    answered.map(|filled| format!("{} {}", filled.label, said(&filled.value))).collect::<Vec<_>>().join("\n")
}

fn yes(value: bool) -> &'static str {
    if value { "Yes" } else { "No" }
}

impl Case {
    /// What a print of it has, in the order it happened; in a chronology, what corrects or adds to an entry stands beside it.
    pub fn records(&self, kind: Kind) -> Vec<Record> {
        let mut all = Gathered(Vec::new());
        self.entries_of(kind, &mut all);
        self.turning_points(&mut all);
        if kind == Kind::Bundle {
            self.parts_of(&mut all);
            self.work_of(&mut all);
            self.unsent(&mut all);
            self.material_of(&mut all);
        }
        let mut records = all.0;
        records.sort_by_key(|record| record.place);
        records
    }

    /// Entries; one that corrects another says which moment's. The digest is the entry's as it was written: what was said
    /// later of its place in the chronology is a record of its own.
    fn entries_of(&self, kind: Kind, all: &mut Gathered) {
        let when = |entry: &Entry| paper::when(entry.told_at(), entry.known());
        let told = match kind {
            Kind::Chronology => self.chronicle(),
            Kind::Bundle => self.entries.iter().map(|entry| (entry, entry)).collect(),
        };
        for (entry, beside) in told {
            let corrects = entry.corrects.as_ref().and_then(|id| self.entries.iter().find(|other| other.id == *id));
            let corrects = corrects.map(when).unwrap_or_default();
            let what = if corrects.is_empty() { "Entry" } else { "Addendum" };
            let known = match entry.known() {
                "day" => "The day, not the hour",
                "unknown" => "Not when it happened",
                _ => "",
            };
            let is = match entry.kind.as_str() {
                "opinion" => "A professional view",
                "said_by_child" => "A child’s own words",
                _ => "",
            };
            let recorded = if entry.told_at() == entry.at { String::new() } else { paper::moment(entry.at) };
            let says = [
                ("To the entry of", corrects.as_str()),
                ("What it is", is),
                ("What is known", known),
                ("", &entry.text),
                ("Impact", entry.significance().unwrap_or_default()),
                ("Recorded", &recorded),
            ];
            let written = Entry { marks: Vec::new(), ..entry.clone() };
            all.add(entry.told_at(), what, &entry.by, &says, &written);
            all.placed(entry.known(), beside.told_at());
            for mark in entry.marks.iter().filter(|_| kind == Kind::Bundle) {
                let of = when(entry);
                let impact = mark.impact.as_deref().unwrap_or_default();
                let says = [
                    ("The entry of", of.as_str()),
                    ("Belongs there", yes(mark.impact.is_some())),
                    ("Impact", impact),
                    ("Why", &mark.reason),
                ];
                all.stamped(&mark.stamp, "Chronology", &says, mark);
            }
        }
    }

    /// Parts that were corrected or ended.
    fn parts_of(&self, all: &mut Gathered) {
        for part in &self.involvements {
            for change in &part.changes {
                let was = change.before.role.replace('_', " ");
                let says = [("Of", part.person.as_str()), ("It was", &was), ("Why", &change.reason)];
                all.stamped(&change.stamp, "Part corrected", &says, change);
            }
            if let Some(ended) = &part.ended {
                let says = [("Of", part.person.as_str()), ("Why", &ended.reason)];
                all.stamped(&ended.stamp, "Part ended", &says, ended);
            }
        }
    }

    /// What turned the case: talks, referrals, decisions, what parents were told, how it ended.
    fn turning_points(&self, all: &mut Gathered) {
        let risks = self.risks_at_opening().join(", ");
        let kind = format!("{} {}", self.procedure.id, self.procedure.title);
        let policy = format!("Version {}", self.policy_version);
        let opened = [("Kind of incident", kind.as_str()), ("Risks", &risks), ("Worked by the policy", &policy)];
        all.add(
            self.opened_at,
            "Case opened",
            &self.opened_by,
            &opened,
            &(&self.id, &self.reference, self.risks_at_opening()),
        );
        for class in &self.classes {
            let said = [&class.risks[..], &class.kinds[..]].concat().join(", ").replace('_', " ");
            let says = [("Under", said.as_str()), ("Why", &class.reason)];
            all.stamped(&class.stamp, "Put under something else", &says, class);
        }
        for talk in &self.consultations {
            let with = self.agency(&talk.agency).map_or_else(|_| talk.agency.replace('_', " "), ToOwned::to_owned);
            let says = [("With", with.as_str()), ("Reference", &talk.reference), ("Advice", &talk.advice)];
            all.add(talk.held_at, "Talk with an agency", &talk.by, &says, talk);
        }
        for referral in &self.referrals {
            asked(referral, all);
        }
        for decision in &self.decisions {
            let says = [
                ("About", decision.kind.replace('_', " ")),
                ("Choice", decision.choice.replace('_', " ")),
                ("Why", decision.reason.clone()),
                ("Considered", decision.options.clone()),
                ("Effect on the victim", decision.effect_on_victim.clone()),
            ];
            let says = says.each_ref().map(|(name, text)| (*name, text.as_str()));
            all.stamped(&decision.stamp, "Decision", &says, decision);
        }
        for told in &self.parents_decisions {
            let child = self.person(told.involvement_id.as_str());
            let telling = told.telling.as_ref();
            let at = telling.map(|telling| paper::moment(telling.at)).unwrap_or_default();
            let how = telling.map(|telling| telling.how.replace('_', " ")).unwrap_or_default();
            let says = [
                ("Of", child),
                ("Told", yes(told.told)),
                ("By", telling.map_or("", |telling| &telling.by)),
                ("To", telling.map_or("", |telling| &telling.whom)),
                ("When", &at),
                ("How", &how),
                ("What was said, or why not", told.reason.as_str()),
            ];
            all.add(told.at, "Parents", &told.by, &says, told);
        }
        let debriefs = self.past_debriefs.iter().chain(&self.debrief);
        for debrief in debriefs {
            let says = [("Findings", debrief.findings.as_str()), ("Actions", &debrief.actions)];
            all.add(debrief.at, "Debrief", &debrief.by, &says, debrief);
        }
        for opened in &self.reopenings {
            let closing = &opened.closing;
            let says = closed(closing);
            all.add(closing.at, "Case closed", &closing.by, &says.each_ref().map(|(n, t)| (*n, t.as_str())), closing);
            all.stamped(&opened.stamp, "Case opened again", &[("Why", &opened.reason)], opened);
        }
        if let Some(closing) = &self.closing {
            let says = closed(closing);
            all.add(closing.at, "Case closed", &closing.by, &says.each_ref().map(|(n, t)| (*n, t.as_str())), closing);
        }
    }

    /// Referrals that were not sent, or not yet.
    fn unsent(&self, all: &mut Gathered) {
        for draft in &self.drafts {
            let answered = told(&draft.route.filled(&draft.answers));
            let why = draft.withdrawn.as_ref().map_or("", |said| said.text.as_str());
            let says = [("By route", draft.route.title.as_str()), ("", &answered), ("Why it was not sent", why)];
            all.stamped(&draft.stamp, "Referral not sent", &says, draft);
        }
    }

    /// How it was worked: facts, steps, questions, second persons, support, assessments, who may see it.
    fn work_of(&self, all: &mut Gathered) {
        for fact in &self.facts {
            let says = [(fact.name.replace('_', " "), fact.value.replace('_', " "))];
            let says = format!("{}: {}", says[0].0, says[0].1);
            let second = if fact.agreed_by.is_some() { "A second person" } else { "" };
            all.add(
                fact.at,
                "Fact",
                &fact.by,
                &[("", &says), ("Why it changed", &fact.reason), ("Agreed to by", second)],
                fact,
            );
        }
        for (rule, end) in self.steps_with_rules().flat_map(|(rule, step)| step.ends().map(move |end| (rule, end))) {
            let said =
                |value: &str| OffsetDateTime::parse(value, &Rfc3339).map_or_else(|_| value.to_owned(), paper::moment);
            let recorded =
                end.recorded.iter().map(|(name, value)| format!("{}: {}", name.replace('_', " "), said(value)));
            let recorded = recorded.collect::<Vec<_>>().join("; ");
            let title = format!("{} {}", rule.id, rule.title);
            let says = [("", title.as_str()), ("Recorded", &recorded), ("Why it was skipped", &end.reason)];
            let what = if end.reason.is_empty() { "Step done" } else { "Step skipped" };
            all.add(end.at, what, &end.by, &says, &(&rule.id, end));
        }
        for criteria in &self.criteria {
            let met = yes(criteria.met());
            all.stamped(&criteria.stamp, "Five questions", &[("One is met", met), ("Why", &criteria.reason)], criteria);
        }
        for agreement in &self.agreements {
            let about = agreement.asked.code().replace('_', " ");
            let change =
                |to: &FactChange| format!("{} to be {}", to.name.replace('_', " "), to.value.replace('_', " "));
            let change = agreement.change.as_ref().map(change).unwrap_or_default();
            let told = agreement.audience.replace('_', " ");
            let says = [
                ("About", about.as_str()),
                ("Step", &agreement.step_id),
                ("To tell", &told),
                ("Fact", &change),
                ("Why", &agreement.reason),
            ];
            all.stamped(&agreement.stamp, "Second person asked", &says, agreement);
            if let Some(answer) = &agreement.answer {
                let says = [("About", about.as_str()), ("Agreed", yes(answer.agreed)), ("Why", &answer.reason)];
                all.stamped(&answer.stamp, "Second person answered", &says, answer);
            }
        }
        for support in &self.supports {
            let child = self.person(support.involvement_id.as_str());
            let says =
                [("For", child), ("Offer", &support.offer), ("Uptake", &support.uptake), ("Said", &support.note)];
            all.stamped(&support.stamp, "Support", &says, support);
        }
        for assessed in &self.assessments {
            let says = [
                ("Risks", assessed.risks.as_str()),
                ("Needs", &assessed.needs),
                ("Measures", &assessed.measures),
                ("What agencies know", &assessed.checks),
                ("Looked at again", &paper::moment(assessed.review_at)),
            ];
            all.stamped(&assessed.stamp, "Risk and needs assessment", &says, assessed);
        }
        for change in &self.access.changes {
            let says = [("Level", change.level.code()), ("Why", change.reason.as_str())];
            all.add(change.at, "Who may see it", &change.by, &says, change);
        }
    }

    /// The person of a part; empty where there is none.
    fn person(&self, involvement_id: &str) -> &str {
        let part = self.involvements.iter().find(|part| part.id.as_str() == involvement_id);
        part.map_or("", |part| part.person.as_str())
    }
}

/// How a case was closed.
fn closed(closing: &Closing) -> [(&'static str, String); 3] {
    [
        ("Outcome", closing.outcome.replace('_', " ")),
        ("Why", closing.reason.clone()),
        ("Who goes on", closing.follow_up.clone()),
    ]
}
