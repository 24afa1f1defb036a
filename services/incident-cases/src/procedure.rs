//! The procedure of a case: the steps of the policy version it is pinned to, and when each is needed and due.

pub mod clock;
pub mod condition;

use serde::{Deserialize, Serialize};

/// What a case takes over from the policy in force when it opens, and keeps for life.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Pinned {
    /// The policy instance.
    pub instance_id: String,
    /// Its version at the school.
    pub version: u32,
    /// Its procedures; a case keeps its own one.
    pub procedures: Vec<Procedure>,
    /// Its gates.
    pub gates: Vec<GateRule>,
    /// The agencies of the area, key and name.
    pub agencies: Vec<(String, String)>,
    /// Every agency of the area, and how it is reached.
    #[serde(default)]
    pub contacts: Vec<crate::route::Contact>,
    /// The routes to them.
    #[serde(default)]
    pub routes: Vec<crate::route::Route>,
    /// Whom the school turns to where an agency is silent or the school disagrees.
    #[serde(default)]
    pub ladder: Vec<crate::route::Rung>,
    /// What the policy says of that the routes' forms begin with, by key of the parameter.
    #[serde(default)]
    pub parameters: Vec<(String, String)>,
    /// The days the school is closed besides weekends and bank holidays.
    #[serde(default)]
    pub closed_days: chassis::calendar::ClosedDays,
    /// How long a concern may wait.
    #[serde(default)]
    pub clocks: crate::cover::clocks::Clocks,
}

impl Pinned {
    /// A procedure by its id.
    pub fn procedure(&self, id: &str) -> Option<&Procedure> {
        self.procedures.iter().find(|p| p.id == id)
    }
}

/// Ordered steps for one kind of incident.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Procedure {
    /// Its id, such as `P1`.
    pub id: String,
    /// The kind of incident.
    pub title: String,
    /// Its steps, in order of effect.
    pub steps: Vec<StepRule>,
}

/// One act: who, by when, condition, gate, record.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StepRule {
    /// Its id, such as `P1-03`.
    pub id: String,
    /// What is to be done.
    pub title: String,
    /// Who does it.
    pub roles: Vec<String>,
    /// By when: `at_once`, `hours`, `working_days`, `days`, `before_closing`, `none`.
    pub clock_kind: String,
    /// How many.
    pub clock_amount: u32,
    /// The rule of law the clock comes from; empty where the school set it.
    #[serde(default)]
    pub clock_source: String,
    /// When it is needed.
    pub condition: String,
    /// The gates it must pass.
    pub gates: Vec<String>,
    /// The gates that doing it opens.
    pub opens: Vec<String>,
    /// Acts never offered.
    pub prohibitions: Vec<String>,
    /// What is recorded.
    pub records: Vec<String>,
    /// True where it may not be skipped.
    pub statutory: bool,
    /// Steps that come first.
    pub after: Vec<String>,
}

impl StepRule {
    /// Whether the step stands before a gate.
    pub fn behind(&self, gate: &str) -> bool {
        self.gates.iter().any(|g| g == gate)
    }

    /// Whether doing the step opens a gate.
    pub fn opens(&self, gate: &str) -> bool {
        self.opens.iter().any(|g| g == gate)
    }
}

/// A gate in the policy's words.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GateRule {
    /// Its id, such as `G-HOLD`.
    pub id: String,
    /// What it keeps shut.
    pub title: String,
    /// What opens it.
    pub opened_by: String,
}
