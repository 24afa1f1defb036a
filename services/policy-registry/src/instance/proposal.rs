//! What a template version asks of a school: both texts beside each other, and the school's answer.

mod answer;

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use chassis::id::AccountId;

pub use answer::{Refused, Reply};

chassis::id!(/** One template version on its way into the schools' policies. */ pub struct RolloutId = "rol");

/// One template change offered to a school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its id within the version: what it is about, and the id of that, `clause.filtering.iwf`.
    pub id: String,
    /// What it is about.
    pub kind: Kind,
    /// What the template did.
    pub change: Change,
    /// The section, procedure or blank it is about, in words.
    pub title: String,
    /// How the template read before.
    pub base: String,
    /// How the school has it.
    pub own: String,
    /// How the template reads now.
    pub template: String,
    /// Both changes put together, where they do not meet.
    pub suggested: String,
    /// True where it has to be adopted.
    pub statutory: bool,
    /// By when, for a statutory one or one that was deferred.
    pub due: Option<Date>,
    /// The last day a statutory one can be put off to.
    #[serde(default)]
    pub statutory_by: Option<Date>,
    /// The keys of the school's clauses it is about.
    #[serde(default)]
    pub clauses: Vec<String>,
    /// The school's answer.
    pub answer: Option<Answered>,
}

impl Proposal {
    /// The id of the clause, step, section or blank it is about.
    pub fn about(&self) -> &str {
        self.id.strip_prefix(self.kind.name()).and_then(|rest| rest.strip_prefix('.')).unwrap_or(&self.id)
    }

    /// True while nobody answered.
    pub fn waits(&self) -> bool {
        self.answer.is_none()
    }

    /// True while the school has not decided: nobody answered, or the answer was put off.
    pub fn undecided(&self) -> bool {
        self.answer.as_ref().is_none_or(|answered| answered.answer == Answer::Defer)
    }
}

/// What a proposal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A clause.
    Clause,
    /// A step of a procedure.
    Step,
    /// A section.
    Section,
    /// A blank.
    Parameter,
}

impl Kind {
    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clause => "clause",
            Self::Step => "step",
            Self::Section => "section",
            Self::Parameter => "parameter",
        }
    }

    /// The id of the proposal about this one.
    pub fn proposal(self, about: &str) -> String {
        format!("{}.{about}", self.name())
    }
}

/// What the template did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It reads otherwise.
    Changed,
    /// It is gone.
    Removed,
    /// It is new.
    Added,
    /// It has to be adopted from now on.
    BecameStatutory,
}

impl Change {
    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Added => "added",
            Self::BecameStatutory => "became_statutory",
        }
    }
}

/// A school's answer to a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// What was answered.
    pub answer: Answer,
    /// Why.
    pub reason: String,
    /// Who answered.
    pub account: AccountId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub answered_at: OffsetDateTime,
}

/// What a school can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The template's text is taken.
    Adopt,
    /// The school keeps its own, with the change considered.
    Adapt,
    /// The school answers later.
    Defer,
}

impl Answer {
    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Adopt => "adopt",
            Self::Adapt => "adapt",
            Self::Defer => "defer",
        }
    }

    /// Reads its name in the contract.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Adopt, Self::Adapt, Self::Defer].into_iter().find(|answer| answer.name() == name)
    }
}
