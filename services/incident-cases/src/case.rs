//! A case: the lead's work on one incident at one school, pinned to the policy in force when it opened. `work` has the
//! acts on it, `decide` and `material` those on decisions and on suspect material, `close` how one ends, `danger` what holds
//! while a child is in danger, `record` what they keep, `steps` how its procedure stands, `again` which of its steps stand
//! open again, `fact` how one changes, `answer` which facts follow from what was recorded, `evidence` which records do a
//! step, `onward` what a low-level concern goes on with as an allegation, `field` what a step records, `told` what is known
//! of that before, `due` what is due and whose it is,
//! `access` who may see it, `break_glass` reading beyond that, `pattern` what is recorded about one adult, `adult_mark` by
//! what that adult is compared, `filter_alert` what an alert of the filter used, `class` what it is put under, `entry` what
//! was written down, `person` who has a part, `kept` which of them the lead alone sees, `print` puts it on paper,
//! `referral` is what agencies are asked.

pub mod access;
pub mod adult_mark;
pub mod again;
pub mod answer;
pub mod break_glass;
pub mod class;
pub mod close;
pub mod danger;
pub mod decide;
pub mod due;
pub mod entry;
pub mod evidence;
pub mod fact;
pub mod field;
pub mod filter_alert;
pub mod kept;
pub mod material;
mod onward;
pub mod pattern;
pub mod person;
pub mod print;
pub mod record;
pub mod referral;
pub mod steps;
pub mod told;
pub mod work;

use std::collections::BTreeMap;

use chassis::calendar::ClosedDays;
pub use entry::Entry;
pub use person::{Involvement, Telling};
use record::{
    Agreement, Assessment, Criteria, Decision, Deletion, Exposure, Held, Material, Reopening, Report, Support, Viewing,
};
pub use referral::{Referral, ReferralDecision, ReferralId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    gate,
    procedure::{GateRule, Procedure, StepRule},
};

chassis::id!(/** A case. */ pub struct CaseId = "cas");
chassis::id!(/** A person's part in a case. */ pub struct InvolvementId = "inv");
chassis::id!(/** An entry. */ pub struct EntryId = "ent");
chassis::id!(/** A talk with police or front door. */ pub struct ConsultationId = "cns");

/// A case as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// The school.
    pub school_id: String,
    /// A reference that says nothing of any child.
    pub reference: String,
    /// The policy instance it is pinned to.
    pub policy_instance_id: String,
    /// That instance's version.
    pub policy_version: u32,
    /// The procedure it is worked by.
    pub procedure: Procedure,
    /// The steps it goes on with once it is an allegation, as that policy has them; none where it is one or can be none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub onward: Vec<StepRule>,
    /// The gates of that policy.
    pub gates: Vec<GateRule>,
    /// The agencies of the area, key and name.
    pub agencies: Vec<(String, String)>,
    /// The four Cs it is put under.
    pub risks: Vec<String>,
    /// The kinds it is put under, where its kind of incident has them.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Every time it was put under something else, oldest first.
    #[serde(default)]
    pub classes: Vec<class::Classed>,
    /// Facts known.
    pub facts: Vec<Fact>,
    /// How far each step is, in the procedure's order.
    pub steps: Vec<Step>,
    /// People's parts.
    pub involvements: Vec<Involvement>,
    /// Entries, oldest first.
    pub entries: Vec<Entry>,
    /// Talks with police or front door.
    pub consultations: Vec<Consultation>,
    /// Referrals.
    pub referrals: Vec<Referral>,
    /// Referrals that are being written, or were not sent after all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drafts: Vec<referral::Draft>,
    /// Decisions on telling parents.
    pub parents_decisions: Vec<ParentsDecision>,
    /// What was learnt.
    pub debrief: Option<Debrief>,
    /// How it ended.
    pub closing: Option<Closing>,
    /// The shared incident it is part of.
    pub shared_incident_id: Option<String>,
    /// Those that it was part of before, the first first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_shared: Vec<String>,
    /// The concerns it came from.
    pub concern_ids: Vec<String>,
    /// The lessons that were proposed from it.
    #[serde(default)]
    pub proposed_lessons: Vec<ProposedLesson>,
    /// The answers to the five questions, newest last.
    #[serde(default)]
    pub criteria: Vec<Criteria>,
    /// What second persons were asked.
    #[serde(default)]
    pub agreements: Vec<Agreement>,
    /// The viewing log.
    #[serde(default)]
    pub viewings: Vec<Viewing>,
    /// Decisions.
    #[serde(default)]
    pub decisions: Vec<Decision>,
    /// Support, by child.
    #[serde(default)]
    pub supports: Vec<Support>,
    /// Versions of the risk and needs assessment.
    #[serde(default)]
    pub assessments: Vec<Assessment>,
    /// Suspect material.
    #[serde(default)]
    pub materials: Vec<Material>,
    /// Reports about it.
    #[serde(default)]
    pub reports: Vec<Report>,
    /// Who saw it.
    #[serde(default)]
    pub exposures: Vec<Exposure>,
    /// Deletions.
    #[serde(default)]
    pub deletions: Vec<Deletion>,
    /// Devices taken.
    #[serde(default)]
    pub held: Vec<Held>,
    /// Searches made.
    #[serde(default)]
    pub search_ids: Vec<String>,
    /// Every time it was opened again.
    #[serde(default)]
    pub reopenings: Vec<Reopening>,
    /// Debriefs of earlier closings.
    #[serde(default)]
    pub past_debriefs: Vec<Debrief>,
    /// The days the school was to be closed, as its policy said at the opening.
    #[serde(default)]
    pub closed_days: ClosedDays,
    /// When the school first knew; the opening where nobody said.
    #[serde(default)]
    pub known_at: Option<OffsetDateTime>,
    /// How the lead first heard of it; none where it is from before that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<told::Told>,
    /// The latest concern of it that said of a child that they were not safe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_safe: Option<danger::NotSafe>,
    /// Who may see it.
    #[serde(default)]
    pub access: access::Access,
    /// Whose it is, where it is somebody's.
    #[serde(default)]
    pub owner: Option<String>,
    /// How long it is kept.
    #[serde(default)]
    pub retention: crate::retention::Retention,
    /// What accounts that wrote in it are called, as the gateway vouched for when they last did.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// When it was last written; the opening where it is from before that was kept.
    #[serde(default)]
    pub touched_at: Option<OffsetDateTime>,
    /// When it was opened.
    pub opened_at: OffsetDateTime,
    /// Who opened it; empty where it is from before that was kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub opened_by: String,
    /// Counts its writes.
    pub version: u64,
}

/// That a lesson was proposed; what it says is kept with the policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProposedLesson {
    /// The lesson in the policy registry.
    pub lesson_id: String,
    /// Who proposed it.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// Who acts, and when.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// The account.
    pub account_id: &'a str,
    /// The moment.
    pub at: OffsetDateTime,
    /// Whether they act as the lead or a deputy.
    pub lead: bool,
    /// Whether they act as the head.
    pub head: bool,
    /// Whether they act as the chair of governors.
    pub chair: bool,
}

/// A named value that conditions read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Who made it known.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
    /// Why, where somebody said or had to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who agreed to it as the second person, where it took one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed_by: Option<String>,
}

/// How far one step is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its id.
    pub id: String,
    /// Since when it is needed: its clock starts then.
    pub needed_at: Option<OffsetDateTime>,
    /// How it ended; none while it is open.
    pub end: Option<StepEnd>,
    /// How it had ended before, each time it stood open again, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<again::Earlier>,
    /// Whose it is; whoever's the case is where none.
    #[serde(default)]
    pub owner: Option<String>,
    /// Every time its day was moved, oldest first.
    #[serde(default)]
    pub moved: Vec<due::Moved>,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepEnd {
    /// What was recorded, by field; empty where it was skipped.
    pub recorded: Vec<(String, String)>,
    /// Why it was skipped; empty where it was done.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// A talk with police or front door.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Consultation {
    /// Its id.
    pub id: ConsultationId,
    /// The agency's key.
    pub agency: String,
    /// When it took place.
    pub held_at: OffsetDateTime,
    /// The agency's reference.
    pub reference: String,
    /// What it advised.
    pub advice: String,
    /// Who spoke.
    pub by: String,
}

/// A decision on telling one child's parents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParentsDecision {
    /// The child's involvement.
    pub involvement_id: InvolvementId,
    /// Whether they were told.
    pub told: bool,
    /// What was said and how they took it, or why they are not told.
    pub reason: String,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
    /// How they were told, where somebody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telling: Option<Telling>,
}

/// What was learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Debrief {
    /// What went well and what did not.
    pub findings: String,
    /// What is to change.
    pub actions: String,
    /// Who recorded it.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closing {
    /// `resolved`, `agency_leads`, `unfounded`, `moved_on`.
    pub outcome: String,
    /// Why.
    pub reason: String,
    /// Who goes on with what was to come, such as a review of the assessment; empty where nothing was.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub follow_up: String,
    /// Who closed it.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// Why an act on a case was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The case is closed.
    Closed,
    /// There is no such part of the case.
    Missing,
    /// A gate is shut; the step or act that opens it.
    Gate {
        /// The gate.
        gate: String,
        /// What opens it: the id of a step, or the code of a record or a fact.
        missing: String,
        /// The title of the step; empty where it is none.
        title: String,
    },
    /// The thing is in the wrong state.
    State(&'static str),
    /// It cannot be done on this day.
    NotNow(String),
    /// The step is done by a record that is not there yet.
    Record(&'static str),
    /// A field does not hold what it must.
    Field(&'static str, String),
    /// Fields of a map do not hold what they must.
    Fields(&'static str, Vec<(String, String)>),
    /// The act is never offered.
    Prohibited(&'static str, &'static str),
    /// The case changed since it was read.
    Changed,
}

impl Case {
    /// What is known of a fact.
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.facts.iter().rev().find(|f| f.name == name).map(|f| f.value.as_str())
    }

    /// `open` or `closed`.
    pub fn state(&self) -> &'static str {
        if self.closing.is_some() { "closed" } else { "open" }
    }

    /// Changes with every write.
    pub fn etag(&self) -> String {
        format!("v{}", self.version)
    }

    /// The children whose parents nobody has decided about.
    pub fn undecided_parents(&self) -> impl Iterator<Item = &Involvement> {
        let stands =
            |i: &Involvement| self.parents_decisions.iter().any(|d| d.involvement_id == i.id && self.stands(d));
        self.involvements.iter().filter(|i| i.child()).filter(move |i| !stands(i))
    }

    /// Whether parents wait for the talk with police or front door: an offence is known, the procedure has the police asked
    /// and nobody has, or in the procedure on nudes it is not settled that none of the five criteria is met.
    pub fn holds_parents(&self) -> bool {
        let criteria = || self.asks_criteria() && self.fact("criteria_met") != Some("no");
        self.fact("offence") == Some("yes") || self.police_first() || criteria()
    }

    /// What stands instead of a name, numbered through the case. A shared incident numbers its learners through the incident.
    pub fn label(&self, id: &InvolvementId) -> String {
        let place = self.involvements.iter().position(|i| i.id == *id).map_or(0, |p| p + 1);
        let involvement = self.involvements.iter().find(|i| i.id == *id);
        match involvement.map(|i| (i.of_child(), i.year_group.as_str())) {
            Some((true, "")) => format!("Learner {place}"),
            Some((true, year)) => format!("Learner {place}, Year {year}"),
            _ => format!("Person {place}"),
        }
    }

    /// Steps skipped with a reason.
    pub fn deviations(&self) -> u32 {
        let skipped = self.steps.iter().flat_map(Step::ends).filter(|end| !end.reason.is_empty());
        u32::try_from(skipped.count()).unwrap_or(u32::MAX)
    }

    /// How many of them were skipped since the case was last closed: those of before were counted when it was.
    pub fn deviations_since_closed(&self) -> u32 {
        let closed_at = self.reopenings.last().map(|reopening| reopening.closing.at);
        let since = |end: &&StepEnd| closed_at.is_none_or(|closed_at| end.at > closed_at);
        let skipped = self.steps.iter().flat_map(Step::ends).filter(|end| !end.reason.is_empty() && since(end));
        u32::try_from(skipped.count()).unwrap_or(u32::MAX)
    }

    /// Everything that keeps the case from closing at a moment, as step ids and names of what is missing.
    pub fn left_to_do(&self, now: OffsetDateTime) -> Vec<String> {
        let mut left: Vec<String> = self.left_by_every_procedure().map(str::to_owned).collect();
        left.extend(self.open_steps().map(|rule| rule.id.clone()));
        left.extend(self.facts_to_answer().into_iter().map(str::to_owned));
        if self.undecided_parents().next().is_some() {
            left.push("parents_decision".to_owned());
        }
        if self.referrals.iter().any(Referral::waits) {
            left.push("referral_outcome".to_owned());
        }
        if self.open_drafts().next().is_some() {
            left.push("referral_draft".to_owned());
        }
        if self.reports.iter().any(|r| r.outcome.is_none()) {
            left.push("report_outcome".to_owned());
        }
        if (self.fact("criteria_met") == Some("yes") && !self.referred_at_once()) || self.taken_back() {
            left.push("referral".to_owned());
        }
        if self.agreements.iter().any(|a| a.answer.is_none()) {
            left.push("agreement".to_owned());
        }
        if self.held.iter().any(|device| device.held) {
            left.push("custody".to_owned());
        }
        let supports = self.steps_with_rules().any(|(rule, step)| {
            evidence::done_by(rule) == Some("support") && step.end.as_ref().is_some_and(|end| end.reason.is_empty())
        });
        if supports && self.unsupported().next().is_some() {
            left.push("support".to_owned());
        }
        if self.debrief.is_none() {
            left.push("debrief".to_owned());
        }
        if self.review_due(now) {
            left.push("assessment_review".to_owned());
        }
        left
    }

    /// Whether a step says that an agency was told, and every referral was taken back.
    fn taken_back(&self) -> bool {
        let told = self.steps_with_rules().any(|(rule, step)| {
            matches!(evidence::done_by(rule), Some("referral" | "lado"))
                && step.end.as_ref().is_some_and(|end| end.reason.is_empty())
        });
        told && !self.referrals.is_empty() && self.referrals.iter().all(|referral| referral.withdrawn.is_some())
    }

    /// Refuses with a gate unless it is open.
    pub(crate) fn pass(&self, gate: &str, now: OffsetDateTime) -> Result<(), Refusal> {
        if gate::open(gate, self, now) {
            return Ok(());
        }
        Err(self.shut(gate, &gate::missing(gate, self, now)))
    }

    /// That a gate is shut, and what opens it.
    pub(crate) fn shut(&self, gate: &str, missing: &str) -> Refusal {
        let step = self.procedure.steps.iter().find(|rule| rule.id == missing);
        let title = step.map(|rule| rule.title.clone()).unwrap_or_default();
        Refusal::Gate { gate: gate.to_owned(), missing: missing.to_owned(), title }
    }
}
