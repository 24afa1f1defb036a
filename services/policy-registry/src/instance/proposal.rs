//! What a template version asks of a school: both texts beside each other, and the school's answer.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use chassis::id::AccountId;

chassis::id!(/** One template version on its way into the schools' policies. */ pub struct RolloutId = "rol");

/// One template change offered to a school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its id within the version: the clause, step, section or parameter it is about.
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
    /// The school's answer.
    pub answer: Option<Answered>,
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
