//! A school's own steps: added to a procedure, worded otherwise, or left out. A statutory step stays as strong as the
//! template has it, and no school opens a gate that the template keeps shut.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::super::{Instance, Refusal, Tailoring};
use crate::template::{
    Template,
    procedure::{Procedure, STEP_ROLES, Step, wrong_clock, wrong_facts},
};
pub use weaker::weaker;

mod weaker;

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

/// The most steps a school adds to one procedure.
const MOST: usize = 50;

impl Instance {
    /// Changes how one step differs from the template's.
    ///
    /// # Errors
    /// Where there is no such procedure or step, a part of it cannot stand, or a statutory one would go or get weaker.
    pub fn tailor_step(
        mut self,
        template: &Template,
        procedure: &str,
        tailoring: Tailoring,
        mut step: Step,
        reason: String,
        at: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        self.editable()?;
        let known = template.procedures.iter().find(|known| known.id == procedure);
        let procedure = known
            .ok_or_else(|| Refusal::Invalid("procedure_id", "Enter the id of a procedure of the template".into()))?;
        let before = self.tailored_steps.clone();
        if tailoring == Tailoring::Added && step.id.is_empty() {
            step.id = self.next_step(&procedure.id);
        }
        let base = procedure.steps.iter().find(|base| base.id == step.id);
        let here = |own: &TailoredStep| own.procedure == procedure.id && own.step.id == step.id;
        let own = self.tailored_steps.iter().find(|own| here(own)).cloned();
        self.tailored_steps.retain(|own| !here(own));
        let id = step.id.clone();
        let step = match (tailoring, base, own) {
            (Tailoring::Adopted, Some(_), _) => None,
            (Tailoring::Omitted, Some(base), _) if base.statutory => {
                return Err(Refusal::Statutory(
                    "a statutory step is never left out: add to it, or adopt the template’s".into(),
                ));
            }
            (Tailoring::Omitted, Some(base), _) => Some(base.clone()),
            // A step of the school's own is taken away.
            (Tailoring::Omitted, None, Some(_)) => None,
            (Tailoring::Adapted, Some(base), _) => {
                step.statutory = base.statutory;
                sound(template, &step, Some(base))?;
                Some(step)
            }
            (Tailoring::Added, None, _) => {
                let added = |own: &&TailoredStep| own.procedure == procedure.id && own.tailoring == Tailoring::Added;
                if self.tailored_steps.iter().filter(added).count() >= MOST {
                    let fix = format!("Take a step away first: a school adds {MOST} to a procedure at most");
                    return Err(Refusal::Invalid("step", fix));
                }
                own_id(&procedure.id, &step.id)?;
                sound(template, &step, None)?;
                Some(step)
            }
            (Tailoring::Added, Some(_), _) => {
                return Err(Refusal::Invalid(
                    "step.step_id",
                    "Leave the id empty: the template has a step with this one".into(),
                ));
            }
            (_, None, _) => {
                return Err(Refusal::Invalid("step.step_id", "Enter the id of a step of the procedure".into()));
            }
        };
        if let Some(step) = step {
            let procedure = procedure.id.clone();
            // One that is written anew keeps its place among the school's own.
            let place = before.iter().position(|own| own.procedure == procedure && own.step.id == step.id);
            let tailored = TailoredStep { procedure, tailoring, step, reason };
            self.tailored_steps.insert(place.unwrap_or(self.tailored_steps.len()), tailored);
        }
        self.runs(procedure, &id)?;
        Ok(self.edited(at))
    }

    fn next_step(&self, procedure: &str) -> String {
        let prefix = format!("{procedure}-S");
        let numbers =
            self.tailored_steps.iter().filter_map(|own| own.step.id.strip_prefix(&prefix)?.parse::<u32>().ok());
        format!("{prefix}{:02}", numbers.max().unwrap_or_default().saturating_add(1))
    }

    /// The tailored procedure can be worked: what the step comes after is there and before it, and every gate the
    /// template's steps open is still opened.
    fn runs(&self, base: &Procedure, id: &str) -> Result<(), Refusal> {
        let own = self.procedure(base);
        let written =
            |t: &&TailoredStep| t.procedure == base.id && t.step.id == id && t.tailoring != Tailoring::Omitted;
        for tailored in self.tailored_steps.iter().filter(written) {
            let at = own.steps.iter().position(|step| step.id == tailored.step.id);
            for earlier in &tailored.step.after {
                let known = base.steps.iter().any(|step| step.id == *earlier)
                    || self.tailored_steps.iter().any(|t| t.procedure == base.id && t.step.id == *earlier);
                let before = own.steps.iter().position(|step| step.id == *earlier);
                if !known || (before.is_some() && before >= at) {
                    let fix = format!("Name an earlier step of the same procedure: “{earlier}” is not before this one");
                    return Err(Refusal::Invalid("step.after", fix));
                }
            }
        }
        let opened = |steps: &[Step], gate: &String| steps.iter().any(|step| step.opens.contains(gate));
        let shut = base.steps.iter().flat_map(|step| &step.opens).find(|gate| !opened(&own.steps, gate));
        match shut {
            Some(gate) => Err(Refusal::Statutory(format!(
                "no other step opens the gate {gate}: keep a step that does, or nothing behind it can ever be done"
            ))),
            None => Ok(()),
        }
    }

    /// The procedures as this school works them.
    pub fn procedures(&self, template: &Template) -> Vec<Procedure> {
        template.procedures.iter().map(|procedure| self.procedure(procedure)).collect()
    }

    /// One procedure with the school's steps in it, each behind the last of those it comes after, else at the end. What
    /// came after a step left out comes after what that one came after.
    fn procedure(&self, base: &Procedure) -> Procedure {
        let mut own = base.clone();
        let tailored: Vec<&TailoredStep> = self.tailored_steps.iter().filter(|t| t.procedure == base.id).collect();
        if tailored.is_empty() {
            return own;
        }
        let of = |step: &Step, tailoring| tailored.iter().find(|t| t.tailoring == tailoring && t.step.id == step.id);
        for step in &mut own.steps {
            if let Some(adapted) = of(step, Tailoring::Adapted) {
                // The template may have grown stricter since: then its own words hold until the school answers.
                if !step.statutory || weaker(step, &adapted.step).is_empty() {
                    *step = Step { statutory: step.statutory, ..adapted.step.clone() };
                }
            }
        }
        let mut waiting: Vec<&Step> = Vec::new();
        for added in tailored.iter().filter(|t| t.tailoring == Tailoring::Added) {
            waiting.push(&added.step);
        }
        // A step may come after another added one: whoever waits for nobody goes in first.
        while !waiting.is_empty() {
            let ready =
                |step: &&Step| !step.after.iter().any(|id| waiting.iter().any(|w| w.id == *id && w.id != step.id));
            let next = waiting.iter().position(ready).unwrap_or_default();
            let step = waiting.remove(next);
            let behind = own.steps.iter().rposition(|earlier| step.after.contains(&earlier.id));
            let mut place = behind.map_or(own.steps.len(), |at| at + 1);
            // Behind those of the school's own that were put here before it.
            while own.steps.get(place).is_some_and(|there| base.steps.iter().all(|b| b.id != there.id)) {
                place += 1;
            }
            own.steps.insert(place, step.clone());
        }
        let left_out: Vec<Step> = own
            .steps
            .iter()
            .filter(|step| !step.statutory && of(step, Tailoring::Omitted).is_some())
            .cloned()
            .collect();
        for gone in left_out.iter().rev() {
            own.steps.retain(|step| step.id != gone.id);
            for step in &mut own.steps {
                if let Some(at) = step.after.iter().position(|id| *id == gone.id) {
                    step.after.remove(at);
                    let inherited: Vec<String> =
                        gone.after.iter().filter(|id| !step.after.contains(id)).cloned().collect();
                    step.after.extend(inherited);
                }
            }
        }
        // A step that was taken away keeps nobody waiting.
        let ids: Vec<String> = own.steps.iter().map(|step| step.id.clone()).collect();
        for step in &mut own.steps {
            step.after.retain(|id| ids.contains(id));
        }
        own
    }
}

/// An id such as `P1-S01`, which no template's step has.
fn own_id(procedure: &str, id: &str) -> Result<(), Refusal> {
    let number = id.strip_prefix(&format!("{procedure}-S")).unwrap_or_default();
    if (2..=6).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    Err(Refusal::Invalid("step.step_id", format!("Leave the id empty, or write one such as {procedure}-S01")))
}

/// Every part of a step is known to the services that work it.
fn sound(template: &Template, step: &Step, base: Option<&Step>) -> Result<(), Refusal> {
    const LONGEST: usize = 500;
    const MANY: usize = 30;
    let wrong = |field, fix: String| Err(Refusal::Invalid(field, fix));
    let sentence = |(message, fix): (String, String)| format!("{message}. {fix}");
    if step.title.trim().is_empty() || step.title.chars().count() > LONGEST {
        return wrong("step.title", format!("Enter what is to be done, in {LONGEST} characters or less"));
    }
    if step.roles.is_empty() {
        return wrong("step.roles", "Select who does it".into());
    }
    if let Some(role) = step.roles.iter().find(|role| !STEP_ROLES.contains(&role.as_str())) {
        return wrong("step.roles", format!("There is no role “{role}”. Use {}", STEP_ROLES.join(", ")));
    }
    if let Some(problem) = wrong_clock(&step.clock) {
        return wrong("step.clock", sentence(problem));
    }
    if let Some(problem) = wrong_facts(&step.condition).into_iter().next() {
        return wrong("step.condition", sentence(problem));
    }
    let gate = |id: &&String| !template.gates.iter().any(|gate| gate.id == **id);
    if let Some(id) = step.gates.iter().find(gate) {
        return wrong("step.gates", format!("There is no gate “{id}”: use one of the template’s"));
    }
    let opens = |id: &&String| !base.is_some_and(|base| base.opens.contains(id));
    if let Some(id) = step.opens.iter().find(opens) {
        return wrong("step.opens", format!("Take “{id}” out: only the template says which steps open a gate"));
    }
    let lists = [&step.records, &step.prohibitions, &step.after, &step.requirements];
    for (list, field) in lists.iter().zip(["step.records", "step.prohibitions", "step.after", "step.requirements"]) {
        let bad = |text: &String| text.trim().is_empty() || text.chars().count() > LONGEST || text.contains('\0');
        if list.len() > MANY || list.iter().any(bad) {
            return wrong(field, format!("Enter {MANY} or fewer, each of 1 to {LONGEST} characters"));
        }
    }
    match base.filter(|base| base.statutory).map(|base| weaker(base, step)) {
        Some(reasons) if !reasons.is_empty() => Err(Refusal::Statutory(format!(
            "a statutory step stays as strong as the template has it: {}",
            reasons.join("; ")
        ))),
        _ => Ok(()),
    }
}
