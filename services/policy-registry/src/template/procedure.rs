//! Procedures, gates, alert rules, registers and report lines: the parts of a template that other services run.

use serde::{Deserialize, Serialize};

use super::condition::Condition;

/// The ordered steps for one kind of incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Procedure {
    /// Its id, `P1`.
    pub id: String,
    /// The kind of incident, in words.
    pub title: String,
    /// Words by which such an incident is recognised.
    pub cues: Vec<String>,
    /// Its steps, in order of effect.
    pub steps: Vec<Step>,
}

/// One act: who, by when, condition, gate, record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its id, `P1-03`.
    pub id: String,
    /// What is to be done, in words.
    pub title: String,
    /// Who does it.
    pub roles: Vec<String>,
    /// By when.
    pub clock: StepClock,
    /// When it is due at all.
    pub condition: Condition,
    /// The gates this act must pass.
    pub gates: Vec<String>,
    /// The gates that recording it opens.
    pub opens: Vec<String>,
    /// Acts never offered in this kind of case.
    pub prohibitions: Vec<String>,
    /// What is recorded when it is done.
    pub records: Vec<String>,
    /// True where it may not be skipped.
    pub statutory: bool,
    /// Steps that come before it.
    pub after: Vec<String>,
    /// The requirements it carries.
    pub requirements: Vec<String>,
}

/// By when a step is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepClock {
    /// One of `CLOCK_KINDS`.
    pub kind: String,
    /// How many, where the kind counts.
    #[serde(default)]
    pub amount: u32,
    /// The rule it comes from; empty where the school set it.
    #[serde(default)]
    pub source: String,
}

/// The kinds of clock, and whether each counts.
pub const CLOCK_KINDS: [(&str, bool); 6] = [
    ("at_once", false),
    ("hours", true),
    ("working_days", true),
    ("days", true),
    ("before_closing", false),
    ("none", false),
];

/// Who can be given a step.
pub const STEP_ROLES: [&str; 8] =
    ["anyone", "dsl", "deputy_dsl", "leader", "head", "chair", "pastoral", "technical_staff"];

/// The facts a step's condition may read, with their values beside `unknown`.
pub const FACTS: [(&str, &[&str]); 25] = [
    ("immediate_danger", YES_NO),
    ("offence", &["no", "unclear", "yes"]),
    ("device_involved", YES_NO),
    ("on_school_system", YES_NO),
    ("other_setting", YES_NO),
    ("public_at_risk", YES_NO),
    ("viewing_needed", YES_NO),
    ("agencies_needed", &["undecided", "yes", "no"]),
    ("deletion_safe", YES_NO),
    ("parents_safe", YES_NO),
    ("police_advice", YES_NO),
    ("police_hold", YES_NO),
    ("criteria_met", YES_NO),
    ("conduct_established", YES_NO),
    ("intelligence", YES_NO),
    ("by_or_at_member", YES_NO),
    ("response_unclear", YES_NO),
    ("iioc_variant", &["a", "b", "c"]),
    ("subject", &["learner", "parent", "staff", "head"]),
    ("harm_threshold", &["no", "unclear", "yes"]),
    ("child_hurt", YES_NO),
    ("agency_worker", YES_NO),
    ("rights_at_risk", YES_NO),
    ("high_risk", YES_NO),
    ("in_examination", YES_NO),
];
const YES_NO: &[&str] = &["yes", "no"];

/// What is wrong with a clock, and how to mend it.
pub fn wrong_clock(clock: &StepClock) -> Option<(String, String)> {
    match CLOCK_KINDS.iter().find(|(kind, _)| *kind == clock.kind) {
        None => {
            let kinds = CLOCK_KINDS.map(|(kind, _)| kind).join(", ");
            Some((format!("there is no clock “{}”", clock.kind), format!("Use one of {kinds}.")))
        }
        Some((kind, counts)) if *counts != (clock.amount > 0) => {
            let fix = if *counts { "Add an amount of at least 1." } else { "Take the amount away." };
            Some((format!("a clock of {kind} has amount {}", clock.amount), fix.to_owned()))
        }
        Some(_) => None,
    }
}

/// What is wrong with the facts a condition reads, and how to mend each.
pub fn wrong_facts(condition: &Condition) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    for (fact, values) in condition.reads() {
        match FACTS.iter().find(|(name, _)| *name == fact) {
            None => {
                let names = FACTS.map(|(name, _)| name).join(", ");
                wrong.push((format!("there is no fact “{fact}”"), format!("Use one of {names}.")));
            }
            Some((_, allowed)) => {
                for value in values.iter().filter(|v| **v != "unknown" && !allowed.contains(v)) {
                    let fix = format!("Use one of unknown, {}.", allowed.join(", "));
                    wrong.push((format!("fact “{fact}” is never “{value}”"), fix));
                }
            }
        }
    }
    wrong
}

/// A refusal until named facts are recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// Its id, `G-HOLD`.
    pub id: String,
    /// What it keeps shut, in words.
    pub title: String,
    /// What opens it, in words.
    pub opened_by: String,
    /// The acts of the platform that it stands before, by the names of their rpcs; none where it stands before steps.
    #[serde(default)]
    pub guards: Vec<String>,
    /// The requirements it carries.
    pub requirements: Vec<String>,
}

/// Data that raises an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRule {
    /// Its id, `filter.self_harm_search`.
    pub id: String,
    /// What it watches: `observation`, `review`, `feed`, `concern`, `custody`.
    pub watches: String,
    /// The theme, for observations.
    pub theme: String,
    /// The basis it fires on: `list`, `search`, `category`.
    pub basis: String,
    /// `low`, `medium`, `high`, `critical`.
    pub severity: String,
    /// Who is told: `dsl`, `it`, `head`.
    pub route: String,
    /// True where no school may lower, mute or delay it.
    pub locked: bool,
    /// The count within an hour past which it is raised; 1 for at once.
    pub threshold: u32,
    /// The requirements it carries.
    pub requirements: Vec<String>,
    /// For whom it is, for observations: one of `TIERS` each; for everybody where none.
    #[serde(default)]
    pub tiers: Vec<String>,
    /// Days of fourteen on which it happens that make it graver; as usual where 0.
    #[serde(default)]
    pub days: u32,
    /// The rules of registers whose findings it tells of, by code, where it watches what is due.
    #[serde(default)]
    pub finds: Vec<String>,
    /// What it puts into effect of the text, by id of the template's clause: known where a policy is resolved.
    #[serde(default)]
    pub clauses: Vec<String>,
}

/// Whom a filter can filter for: a key stage is a learner's.
pub const TIERS: [&str; 9] = ["pupil", "staff", "guest", "EYFS", "KS1", "KS2", "KS3", "KS4", "KS5"];

/// A line of the report that the template names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its key.
    pub key: String,
    /// What a template of an authority's own calls it; empty where it is called as it is counted.
    pub title: String,
    /// What such a template says that it counts.
    pub definition: String,
    /// The requirements that such a template has it carry.
    pub requirements: Vec<String>,
}
