//! The steps of the procedures.

use std::collections::HashSet;

use super::{Merging, Texts, count};
use crate::{
    instance::{
        Instance, Tailoring,
        proposal::{Change, Kind},
        tailoring::TailoredStep,
    },
    rollout::{plan::Move, step_text},
    template::procedure::Step,
};

impl<'a> Merging<'a> {
    pub(super) fn steps(&mut self, own: &mut Instance) {
        let plan = self.plan;
        let mut touched: HashSet<&str> = HashSet::new();
        let tailored = std::mem::take(&mut own.tailored_steps);
        for mut tailored in tailored {
            let gone = plan.gone_procedures.get(tailored.procedure.as_str());
            match plan.steps.get_key_value(tailored.step.id.as_str()) {
                Some((&id, change)) if self.step(&mut tailored, change, gone.is_none()) => {
                    touched.insert(id);
                    own.tailored_steps.push(tailored);
                }
                Some(_) => {}
                None => {
                    if let Some(title) = gone {
                        self.about_step(&tailored, title, Change::Removed, None, None);
                    }
                    own.tailored_steps.push(tailored);
                }
            }
        }
        self.moved += count(plan.steps.len().saturating_sub(touched.len()));
        self.loose_ends(own);
    }

    /// Whether the school's step stays, beside the question it raises.
    fn step(&mut self, tailored: &mut TailoredStep, change: &Move<'a, Step>, stays: bool) -> bool {
        let Some(theirs) = change.theirs else {
            if tailored.tailoring == Tailoring::Omitted {
                return false;
            }
            if stays {
                tailored.tailoring = Tailoring::Added;
            }
            self.about_step(tailored, change.title, Change::Removed, change.base, None);
            return true;
        };
        let same = Step { requirements: theirs.requirements.clone(), ..tailored.step.clone() } == *theirs;
        if same && tailored.tailoring != Tailoring::Omitted {
            return false;
        }
        let what = match change.base {
            None => {
                tailored.tailoring = Tailoring::Adapted;
                Change::Added
            }
            Some(base) if theirs.statutory && !base.statutory => Change::BecameStatutory,
            Some(_) => Change::Changed,
        };
        self.about_step(tailored, change.title, what, change.base, Some(theirs));
        true
    }

    fn about_step(
        &mut self,
        own: &TailoredStep,
        title: &str,
        what: Change,
        base: Option<&Step>,
        theirs: Option<&Step>,
    ) {
        let said = if own.tailoring == Tailoring::Omitted { None } else { Some(&own.step) };
        let write = |step: Option<&Step>| step.map(step_text::write).unwrap_or_default();
        let statutory = theirs.is_some_and(|theirs| theirs.statutory);
        let both = match (base, said, theirs) {
            (Some(base), Some(own), Some(theirs)) => {
                step_text::together(base, own, theirs).filter(|both| !statutory || step_text::holds(both, theirs))
            }
            _ => None,
        };
        let texts =
            Texts { base: write(base), own: write(said), template: write(theirs), suggested: write(both.as_ref()) };
        let by = self.by;
        self.offer(Kind::Step, &own.step.id, title, what, texts, Vec::new()).demand(statutory, by);
    }

    /// A school's step names no step or gate that is gone: nothing could ever be recorded against it.
    fn loose_ends(&self, own: &mut Instance) {
        let kept: HashSet<String> = own.tailored_steps.iter().map(|tailored| tailored.step.id.clone()).collect();
        let gone = |id: &String| {
            self.plan.steps.get(id.as_str()).is_some_and(|change| change.theirs.is_none()) && !kept.contains(id)
        };
        for tailored in &mut own.tailored_steps {
            let step = &mut tailored.step;
            step.after.retain(|id| !gone(id));
            step.gates.retain(|id| !self.plan.gone_gates.contains(id.as_str()));
            step.opens.retain(|id| !self.plan.gone_gates.contains(id.as_str()));
        }
    }
}
