//! What lists say of a version without its text: kept beside it, so that a list of all schools reads no policy whole.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::{Instance, Signatory, State, Tailoring, proposal::RolloutId};

/// What lists say of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its version at the school.
    pub version: u32,
    /// Where it stands.
    pub state: State,
    /// The template version it is made from.
    pub template_version: u32,
    /// The roll-out that made it.
    pub rollout: Option<RolloutId>,
    /// Proposals in all.
    pub proposals: u32,
    /// How many of them nobody answered.
    pub waiting: u32,
    /// The days of those that are not decided.
    pub due: Vec<Date>,
    /// When its next review is due.
    #[serde(with = "time::serde::rfc3339::option")]
    pub review_due_at: Option<OffsetDateTime>,
    /// The last day for the governors to ratify it, where they have not.
    pub ratify_by: Option<Date>,
    /// Findings that could mislead, each with the last day of the waiver that covers it.
    pub errors: Vec<Option<Date>>,
    /// Clauses and steps adapted.
    pub adapted: u32,
    /// Clauses and steps left out.
    pub omitted: u32,
}

impl From<&Instance> for Standing {
    fn from(instance: &Instance) -> Self {
        let tailored = |tailoring| {
            let clauses = instance.clauses.iter().filter(|clause| clause.tailoring == tailoring).count();
            let steps = instance.tailored_steps.iter().filter(|step| step.tailoring == tailoring).count();
            count(clauses + steps)
        };
        let covered = |finding: &str| {
            instance.waivers.iter().filter(|waiver| waiver.finding == finding).map(|waiver| waiver.until).max()
        };
        let ratified = instance.signatures.iter().any(|signature| signature.signatory == Signatory::Chair);
        Self {
            version: instance.version,
            state: instance.state,
            template_version: instance.template_version,
            rollout: instance.rollout.clone(),
            proposals: count(instance.proposals.len()),
            waiting: count(instance.waiting()),
            due: instance.proposals.iter().filter(|p| p.undecided()).filter_map(|p| p.due).collect(),
            review_due_at: instance.review_due_at,
            ratify_by: instance.emergency.as_ref().filter(|_| !ratified).map(|emergency| emergency.ratify_by),
            errors: instance.grave().into_iter().map(covered).collect(),
            adapted: tailored(Tailoring::Adapted),
            omitted: tailored(Tailoring::Omitted),
        }
    }
}

impl Standing {
    /// How many errors no waiver covers on a day.
    pub fn uncovered(&self, today: Date) -> u32 {
        count(self.errors.iter().filter(|until| until.is_none_or(|until| until < today)).count())
    }

    /// How many undecided proposals are past their day.
    pub fn overdue(&self, today: Date) -> u32 {
        count(self.due.iter().filter(|due| **due < today).count())
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
