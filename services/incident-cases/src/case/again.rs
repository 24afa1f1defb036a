//! A step that had ended stands open again: what it rested on has turned, or somebody joined whom it is for. How it had
//! ended stays to be read; it is due anew, its clock from the moment that turned it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Case, Involvement, ParentsDecision, Step, StepEnd, evidence::done_by, person::is_childs};
use crate::procedure::{StepRule, condition::Truth};

/// What is said to have turned where somebody joined.
pub const PERSON: &str = "person";

/// The facts that a decision not to refer rests on, each with its values from the mildest up; what is not known weighs
/// as little as the mildest.
const REFERRAL_RESTS_ON: &[(&str, &[&str])] = &[
    ("criteria_met", &["no", "yes"]),
    ("immediate_danger", &["no", "yes"]),
    ("offence", &["no", "unclear", "yes"]),
    ("child_hurt", &["no", "yes"]),
    ("public_at_risk", &["no", "yes"]),
];

/// How a step had ended before it stood open again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    /// How.
    pub end: StepEnd,
    /// The fact that turned, or `person` where somebody joined.
    pub turned: String,
    /// When it stood open again.
    pub at: OffsetDateTime,
}

impl Step {
    /// Every time it ended, oldest first.
    pub fn ends(&self) -> impl Iterator<Item = &StepEnd> {
        self.earlier.iter().map(|earlier| &earlier.end).chain(&self.end)
    }

    /// The day that its clock was moved to since it was last needed.
    pub(super) fn moved_to(&self) -> Option<OffsetDateTime> {
        let since = |at: OffsetDateTime| self.needed_at.is_none_or(|needed| at >= needed);
        self.moved.iter().rfind(|moved| since(moved.at)).map(|moved| moved.due_at)
    }
}

impl Involvement {
    /// Since when it is the part of a child; none where that is from before it was kept.
    fn childs_since(&self) -> Option<OffsetDateTime> {
        let turned = self.changes.iter().rfind(|change| !is_childs(&change.before.role));
        turned.map(|change| change.stamp.at).or(self.joined_at)
    }

    fn joined_after(&self, at: OffsetDateTime) -> bool {
        self.childs_since().is_some_and(|since| since > at)
    }
}

impl Case {
    /// The first fact that has become graver since a moment, of those that a decision not to refer rests on.
    pub(super) fn graver_since(&self, at: OffsetDateTime) -> Option<&'static str> {
        let graver = |(name, values): &&(&str, &[&str])| {
            let weight = |value: &str| values.iter().position(|known| *known == value).unwrap_or_default();
            let mut before = 0;
            self.facts.iter().filter(|fact| fact.name == *name).any(|fact| {
                let (was, now) = (before, weight(&fact.value));
                before = now;
                fact.at > at && now > was
            })
        };
        REFERRAL_RESTS_ON.iter().find(graver).map(|(name, _)| *name)
    }

    /// Whether a decision not to tell parents still stands: where it rested on that telling them was not safe, it falls
    /// once that is no more so.
    pub(super) fn stands(&self, decision: &ParentsDecision) -> bool {
        let said = |fact: &&super::Fact| fact.name == "parents_safe" && fact.at <= decision.at;
        let endangered = self.facts.iter().rfind(said).is_some_and(|fact| fact.value == "no");
        decision.told || !endangered || self.fact("parents_safe") == Some("no")
    }

    /// Whether the risk was assessed, and no child joined since.
    pub(super) fn assessed(&self) -> bool {
        let at = self.assessments.last().map(|latest| latest.stamp.at);
        at.is_some_and(|at| !self.involvements.iter().any(|part| part.child() && part.joined_after(at)))
    }

    /// What turned since a step ended, so that it is due anew.
    fn turned(&self, rule: &StepRule, end: &StepEnd) -> Option<&'static str> {
        if self.called_for(rule) != Truth::Yes {
            return None;
        }
        let act = done_by(rule).filter(|_| !self.does(rule))?;
        let joined = |part: &Involvement| part.joined_after(end.at);
        match act {
            "referral" => self.graver_since(end.at),
            "support" => self.unsupported().any(joined).then_some(PERSON),
            "assessment" => self.involvements.iter().filter(|part| part.child()).any(joined).then_some(PERSON),
            "parents" if self.undecided_parents().any(joined) => Some(PERSON),
            "parents" => {
                let safe = self.facts.iter().rfind(|fact| fact.name == "parents_safe");
                safe.is_some_and(|fact| fact.at > end.at).then_some("parents_safe")
            }
            _ => None,
        }
    }

    /// Opens the steps again that what turned makes due anew.
    pub(super) fn stand_open_again(&mut self, now: OffsetDateTime) {
        let ended = |(rule, step): (&StepRule, &Step)| self.turned(rule, step.end.as_ref()?);
        let turned: Vec<Option<&str>> = self.steps_with_rules().map(ended).collect();
        for (step, turned) in self.steps.iter_mut().zip(turned) {
            if let Some((turned, end)) = turned.and_then(|turned| Some((turned, step.end.take()?))) {
                step.earlier.push(Earlier { end, turned: turned.to_owned(), at: now });
                step.needed_at = Some(now);
            }
        }
    }
}
