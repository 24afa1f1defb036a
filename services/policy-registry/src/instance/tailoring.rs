//! How a school makes the template its own: steps, optional sections, and findings it lets stand.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use chassis::id::AccountId;

use super::Tailoring;
use crate::template::procedure::Step;

/// How a school's procedure differs from the template's in one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TailoredStep {
    /// The procedure, `P1`.
    pub procedure: String,
    /// Adapted, added or omitted.
    pub tailoring: Tailoring,
    /// The step as this school has it; for an omitted one, the template's when it was omitted.
    pub step: Step,
    /// Why.
    pub reason: String,
}

/// An optional section printed or dropped whatever its rule says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionChoice {
    /// The section.
    pub section: String,
    /// True where it is printed.
    pub included: bool,
    /// Why.
    pub reason: String,
}

/// Lets a finding stand until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// The finding.
    pub finding: String,
    /// Its class.
    pub rule: String,
    /// Why it is let stand.
    pub reason: String,
    /// The last day.
    pub until: Date,
    /// Who said so.
    pub account: AccountId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub waived_at: OffsetDateTime,
}
