//! A child in immediate danger, and the steps that nobody skips alone: while that is so, and where a step guards a gate.

use time::OffsetDateTime;

use super::{Case, Refusal};
use crate::{
    gate,
    procedure::{StepRule, condition::answered},
};

/// How many words a reason has at least that two people skip a step for.
const WORDS_OF_A_REASON: usize = 3;

impl Case {
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

    /// Whether the policy has it asked and nobody has answered: it runs around every procedure, also one in which no step asks it.
    pub(crate) fn danger_unasked(&self) -> bool {
        self.gates.iter().any(|rule| rule.id == gate::DANGER) && !answered(self.fact("immediate_danger"))
    }

    /// Since when it is.
    pub(crate) fn danger(&self) -> Option<OffsetDateTime> {
        let mut said = self.facts.iter().rev().filter(|fact| fact.name == "immediate_danger");
        let known = said.clone().next().is_some_and(|fact| fact.value != "no");
        said.find(|fact| fact.value == "yes").filter(|_| known).map(|fact| fact.at)
    }
}
