//! How a case's procedure stands: a new fact adds the steps it calls for and never removes one that was done.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Case, Step, work::is_fact};
use crate::{
    gate,
    procedure::{
        StepRule, clock,
        condition::{Truth, evaluate, unanswered},
    },
};

/// How one step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// `to_do`, `cannot_start_yet`, `waits_for_fact`, `done`, `deviated`, `not_needed`.
    pub state: &'static str,
    /// What keeps it from starting, or the fact that says whether it is needed; empty where nothing does.
    pub waits_for: String,
    /// By when it is due.
    pub due: Option<OffsetDateTime>,
}

/// Whether a step is that somebody tells the lead, or the head, of it: whoever is told at the school is aware.
fn tells(rule: &StepRule) -> bool {
    let has = |field: &str| rule.records.iter().any(|record| record == field);
    !has("child") && ((has("told_to") && has("told_at")) || (has("told") && has("time")))
}

impl Case {
    /// The steps with their rules, in the procedure's order.
    pub fn steps_with_rules(&self) -> impl Iterator<Item = (&StepRule, &Step)> {
        self.procedure.steps.iter().zip(&self.steps)
    }

    /// Whether the facts known call for a step.
    pub fn called_for(&self, rule: &StepRule) -> Truth {
        evaluate(&rule.condition, |name| self.fact(name))
    }

    /// How a step stands.
    pub fn standing(&self, rule: &StepRule, step: &Step) -> Standing {
        let standing = |state, waits_for: &str| Standing { state, waits_for: waits_for.to_owned(), due: None };
        if let Some(end) = &step.end {
            return standing(if end.reason.is_empty() { "done" } else { "deviated" }, "");
        }
        match self.called_for(rule) {
            Truth::No => return standing("not_needed", ""),
            Truth::Unknown => {
                let unknown = self.unanswered(rule).unwrap_or_default();
                return standing(if self.waits_for_fact(rule) { "waits_for_fact" } else { "not_needed" }, unknown);
            }
            Truth::Yes => {}
        }
        let clock =
            || step.needed_at.and_then(|from| clock::due(rule, self.clock_start(rule, from), &self.closed_days));
        let due = step.moved_to().or_else(clock);
        // Whom a second person agreed to tell without the talk is told without it.
        let overridden = rule.behind(gate::HOLD) && self.overridden(gate::audience(rule));
        let awaited = |r: &StepRule, s: &Step| self.awaited(r, s) && !(overridden && r.opens(gate::HOLD));
        let first = |id: &String| self.steps_with_rules().find(|&(r, s)| r.id == *id && awaited(r, s));
        let before = rule.after.iter().find_map(first).map(|(r, s)| Self::awaited_of(r, s));
        let waits_for = before.or_else(|| gate::shut(rule, self)).unwrap_or_default();
        let state = if waits_for.is_empty() { "to_do" } else { "cannot_start_yet" };
        Standing { due, ..standing(state, waits_for) }
    }

    /// The fact that nobody has answered yet and on which it rests whether a step is needed.
    fn unanswered<'a>(&self, rule: &'a StepRule) -> Option<&'a str> {
        unanswered(&rule.condition, |name| self.fact(name))
    }

    /// Whether a step rests on a fact nobody has answered: *unknown* is not *no*, so that the case does not end before
    /// somebody says whether the step is needed. What nobody has to do by any time, such as to look at an image, is not
    /// asked after.
    fn waits_for_fact(&self, rule: &StepRule) -> bool {
        let asked = rule.statutory || rule.clock_kind != "none";
        let open = asked && self.closing.is_none() && self.called_for(rule) == Truth::Unknown;
        open && self.unanswered(rule).is_some_and(is_fact)
    }

    /// The facts that somebody has to answer before the case may close, each once, in the procedure's order.
    pub fn facts_to_answer(&self) -> Vec<&str> {
        let waiting = self.steps_with_rules().filter(|(rule, step)| step.end.is_none() && self.waits_for_fact(rule));
        let mut facts = Vec::new();
        for fact in waiting.filter_map(|(rule, _)| self.unanswered(rule)) {
            if !facts.contains(&fact) {
                facts.push(fact);
            }
        }
        facts
    }

    /// When the clock of a step needed at `from` starts. A clock of law starts when the school became aware, which may be
    /// before anybody wrote a concern or opened a case; the one on lost data whatever became known later.
    fn clock_start(&self, rule: &StepRule, from: OffsetDateTime) -> OffsetDateTime {
        let known = self.aware_at();
        match rule.clock_source.as_str() {
            "" => from,
            "data_breach_ico" => known,
            _ if from == self.opened_at => known,
            _ => from,
        }
    }

    /// When the school became aware: when somebody there was told, as it was recorded of the step that does so; else when the
    /// concern was written, or the case opened.
    fn aware_at(&self) -> OffsetDateTime {
        let known = self.known_at.unwrap_or(self.opened_at);
        let told = self.steps_with_rules().filter(|(rule, _)| tells(rule));
        let recorded = told.flat_map(|(_, step)| step.ends()).flat_map(|end| &end.recorded);
        let moments = recorded.filter(|(name, _)| matches!(name.as_str(), "told_at" | "time"));
        let moments = moments.filter_map(|(_, value)| OffsetDateTime::parse(value, &Rfc3339).ok());
        moments.fold(known, Ord::min)
    }

    /// The steps that are called for and have not ended.
    pub fn open_steps(&self) -> impl Iterator<Item = &StepRule> {
        self.steps_with_rules()
            .filter(|(rule, step)| step.end.is_none() && self.called_for(rule) == Truth::Yes)
            .map(|(rule, _)| rule)
    }

    /// Whether a step that opens a gate has ended: done, or skipped with a second person's word.
    pub(crate) fn opened(&self, gate: &str) -> bool {
        self.steps_with_rules().any(|(rule, step)| step.end.is_some() && rule.opens(gate))
    }

    /// Starts the clocks of steps that have become needed.
    pub(crate) fn start_clocks(&mut self, now: OffsetDateTime) {
        let needed: Vec<bool> = self.procedure.steps.iter().map(|r| self.called_for(r) == Truth::Yes).collect();
        for (step, needed) in self.steps.iter_mut().zip(needed) {
            if needed && step.needed_at.is_none() {
                step.needed_at = Some(now);
            }
        }
    }
}
