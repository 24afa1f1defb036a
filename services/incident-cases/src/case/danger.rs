//! A child in immediate danger, and the steps that nobody skips alone: while that is so, and where a step guards a gate.

use chassis::clock::london;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Case, Refusal};
use crate::{concern::Concern, gate, procedure::StepRule};

/// How many words a reason has at least that two people skip a step for.
const WORDS_OF_A_REASON: usize = 3;

/// The agency that is rung where a child is in immediate danger.
const EMERGENCY: &str = "emergency";

/// That a concern of the case said of a child that they were not safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotSafe {
    /// When it was said.
    pub said_at: OffsetDateTime,
    /// When the concern became part of the case.
    pub known_at: OffsetDateTime,
}

impl Case {
    /// Keeps that a concern which becomes part of the case said that a child was not safe.
    pub fn hear(&mut self, concern: &Concern, now: OffsetDateTime) {
        if concern.report.safe_now == "no" {
            self.not_safe = Some(NotSafe { said_at: concern.recorded_at, known_at: now });
        }
    }

    /// Whether a child was said to be not safe, and nobody has answered since whether one is in immediate danger, nor rung 999.
    pub(super) fn danger_unanswered(&self) -> bool {
        let Some(not_safe) = self.not_safe else { return false };
        let latest = self.facts.iter().rfind(|fact| fact.name == "immediate_danger");
        let answered = latest.is_some_and(|fact| fact.value != "unknown" && fact.at >= not_safe.known_at);
        // They are often rung before anybody writes a concern.
        let day = london(not_safe.said_at).date();
        let rung = self.consultations.iter().any(|talk| talk.agency == EMERGENCY && london(talk.held_at).date() >= day);
        !(answered || rung)
    }

    /// Whether nobody skips a step alone: it guards a gate, or a child is in immediate danger.
    pub(super) fn guarded(&self, rule: &StepRule) -> bool {
        let gates = [gate::CUSTODY, gate::DELETE, gate::CLOSE];
        !rule.opens.is_empty() || gates.into_iter().any(|gate| rule.behind(gate)) || self.in_danger()
    }

    /// Refuses a reason to skip such a step that says nothing.
    pub(crate) fn says_why(&self, rule: &StepRule, reason: &str) -> Result<(), Refusal> {
        let words = reason.split_whitespace().filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1);
        if self.guarded(rule) && words.count() < WORDS_OF_A_REASON {
            let fix = "Enter in a sentence why this step is skipped: it guards against harm";
            return Err(Refusal::Field("reason", fix.into()));
        }
        Ok(())
    }

    /// Whether it is recorded that a child is in immediate danger, and not yet that this has ended.
    pub fn in_danger(&self) -> bool {
        self.danger().is_some()
    }

    /// Since when it is.
    pub(crate) fn danger(&self) -> Option<OffsetDateTime> {
        let mut said = self.facts.iter().rev().filter(|fact| fact.name == "immediate_danger");
        let known = said.clone().next().is_some_and(|fact| fact.value != "no");
        said.find(|fact| fact.value == "yes").filter(|_| known).map(|fact| fact.at)
    }
}
