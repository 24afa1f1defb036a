//! A school's answer to a proposal, and what it does to the draft.

use time::{Date, OffsetDateTime};

use chassis::id::AccountId;

use super::{Answer, Answered, Change, Kind, Proposal};
use crate::{
    instance::{Clause, Instance, State, Tailoring},
    parameter::{Origin, Parameter},
    rollout::step_text,
    template::{Template, procedure::Step},
};

/// An answer as it was given.
#[derive(Debug, Clone)]
pub struct Reply {
    /// What was answered.
    pub answer: Answer,
    /// The school's text, for `Adapt`; its present one where empty.
    pub text: String,
    /// Why.
    pub reason: String,
    /// Until when, for `Defer`.
    pub until: Option<Date>,
    /// Who answers.
    pub account: AccountId,
    /// When.
    pub at: OffsetDateTime,
}

/// Why an answer is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no such proposal.
    #[error("there is no such proposal")]
    Unknown,
    /// The version is past editing.
    #[error("the policy is {}: only a version that is not in force yet is answered for", _0.name())]
    WrongState(State),
    /// It is answered.
    #[error("it is answered already: change the clause, step or blank itself")]
    Answered,
    /// A field of the answer cannot stand: which, and how to mend it.
    #[error("the answer cannot stand")]
    Field(&'static str, String),
}

fn field(field: &'static str, fix: impl Into<String>) -> Refused {
    Refused::Field(field, fix.into())
}

impl Instance {
    /// Answers a proposal; signatures fall away, as with any edit.
    ///
    /// # Errors
    /// Where there is no such proposal, it is decided, or the answer cannot stand.
    pub fn answer_proposal(mut self, template: &Template, id: &str, reply: Reply) -> Result<Self, Refused> {
        match self.state {
            State::Draft | State::Consultation | State::Approved | State::Ratified => {}
            State::InForce | State::Superseded | State::Discarded => return Err(Refused::WrongState(self.state)),
        }
        let at = self.proposals.iter().position(|proposal| proposal.id == id).ok_or(Refused::Unknown)?;
        let mut proposal = self.proposals[at].clone();
        if !proposal.undecided() {
            return Err(Refused::Answered);
        }
        match reply.answer {
            Answer::Defer => proposal.due = put_off(&proposal, &reply)?,
            Answer::Adopt | Answer::Adapt => match proposal.kind {
                Kind::Clause => self.answer_clause(&proposal, &reply)?,
                Kind::Step => self.answer_step(template, &proposal, &reply)?,
                Kind::Section => self.answer_section(&proposal, &reply)?,
                Kind::Parameter => self.answer_parameter(template, &proposal, &reply)?,
            },
        }
        let Reply { answer, reason, account, at: answered_at, .. } = reply;
        proposal.answer = Some(Answered { answer, reason, account, answered_at });
        self.proposals[at] = proposal;
        self.state = State::Draft;
        self.signatures.clear();
        Ok(self.written())
    }

    fn answer_clause(&mut self, proposal: &Proposal, reply: &Reply) -> Result<(), Refused> {
        let about = |clause: &Clause| proposal.clauses.contains(&clause.key);
        let text = reply.text.trim();
        if reply.answer == Answer::Adopt {
            if proposal.change == Change::Removed {
                self.clauses.retain(|clause| !about(clause));
                return Ok(());
            }
            self.only_first(about, |clause| {
                clause.tailoring = Tailoring::Adopted;
                for emptied in [&mut clause.text, &mut clause.reason] {
                    emptied.clear();
                }
                (clause.line, clause.score) = (0, 0);
            });
            return Ok(());
        }
        // What is statutory is printed in the template's words whatever the school says, and its own words follow.
        let omitted = |clause: &Clause| about(clause) && clause.tailoring == Tailoring::Omitted;
        if proposal.statutory && text.is_empty() && self.clauses.iter().any(omitted) {
            return Err(field("text", "It is statutory: enter what the school adds to it, or adopt it"));
        }
        if text.is_empty() {
            for clause in self.clauses.iter_mut().filter(|clause| about(clause)) {
                clause.reason.clone_from(&reply.reason);
            }
        } else {
            self.only_first(about, |clause| {
                if clause.tailoring == Tailoring::Omitted {
                    clause.tailoring = Tailoring::Adapted;
                }
                text.clone_into(&mut clause.text);
                clause.reason.clone_from(&reply.reason);
            });
        }
        Ok(())
    }

    /// Changes the first of the clauses meant, and takes the others away: one text stands for all of them from now on.
    fn only_first(&mut self, about: impl Fn(&Clause) -> bool, change: impl FnOnce(&mut Clause)) {
        let mut change = Some(change);
        self.clauses.retain_mut(|clause| {
            if !about(clause) {
                return true;
            }
            match change.take() {
                Some(change) => {
                    change(clause);
                    true
                }
                None => false,
            }
        });
    }

    fn answer_step(&mut self, template: &Template, proposal: &Proposal, reply: &Reply) -> Result<(), Refused> {
        let id = proposal.about();
        let Some(at) = self.tailored_steps.iter().position(|tailored| tailored.step.id == id) else { return Ok(()) };
        if reply.answer == Answer::Adopt {
            self.tailored_steps.remove(at);
            if proposal.change == Change::Removed {
                // Nothing can be recorded any more that others could wait for.
                for tailored in &mut self.tailored_steps {
                    tailored.step.after.retain(|after| after != id);
                }
            }
            return Ok(());
        }
        let own = &self.tailored_steps[at];
        let procedure = template.procedures.iter().find(|procedure| procedure.id == own.procedure);
        let Some(procedure) = procedure else {
            return Err(field(
                "answer",
                "The procedure is gone: take the change, and add the step to another procedure",
            ));
        };
        let theirs = procedure.steps.iter().find(|step| step.id == id);
        let step = match reply.text.trim() {
            "" => own.step.clone(),
            text => {
                let step = step_text::read(text, theirs.unwrap_or(&own.step)).map_err(|fix| field("text", fix))?;
                self.leads_somewhere(template, &procedure.id, &step)?;
                step
            }
        };
        let omitted = own.tailoring == Tailoring::Omitted && reply.text.trim().is_empty();
        if proposal.statutory && (omitted || theirs.is_some_and(|theirs| !step_text::holds(&step, theirs))) {
            let fix = "It is statutory: keep all that the template’s step demands, and add the school’s to it";
            return Err(field("text", fix));
        }
        let own = &mut self.tailored_steps[at];
        if own.tailoring == Tailoring::Omitted && !omitted {
            own.tailoring = Tailoring::Adapted;
        }
        own.step = step;
        own.reason.clone_from(&reply.reason);
        Ok(())
    }

    /// Whether the gates and the steps a step names are there.
    fn leads_somewhere(&self, template: &Template, procedure: &str, step: &Step) -> Result<(), Refused> {
        let gate = |id: &&String| !template.gates.iter().any(|gate| gate.id == **id);
        if let Some(unknown) = step.gates.iter().chain(&step.opens).find(gate) {
            return Err(field("text", format!("There is no gate “{unknown}”: enter one of the template’s")));
        }
        let steps = template.procedures.iter().filter(|p| p.id == procedure).flat_map(|p| &p.steps).map(|s| &s.id);
        let own = self.tailored_steps.iter().filter(|t| t.procedure == procedure).map(|t| &t.step.id);
        let known: Vec<&String> = steps.chain(own).filter(|id| **id != step.id).collect();
        match step.after.iter().find(|id| !known.contains(id)) {
            Some(unknown) => Err(field("text", format!("There is no other step “{unknown}” in this procedure"))),
            None => Ok(()),
        }
    }

    fn answer_section(&mut self, proposal: &Proposal, reply: &Reply) -> Result<(), Refused> {
        if !reply.text.trim().is_empty() {
            return Err(field("text", "Leave the text empty: the clauses themselves can be changed"));
        }
        if proposal.change == Change::Removed {
            if reply.answer == Answer::Adopt {
                self.clauses.retain(|clause| !proposal.clauses.contains(&clause.key));
            }
        } else if reply.answer == Answer::Adopt {
            self.section_choices.retain(|choice| choice.section != proposal.about());
        } else if let Some(choice) = self.section_choices.iter_mut().find(|choice| choice.section == proposal.about()) {
            choice.reason.clone_from(&reply.reason);
        }
        Ok(())
    }

    fn answer_parameter(&mut self, template: &Template, proposal: &Proposal, reply: &Reply) -> Result<(), Refused> {
        let key = proposal.about();
        let present = self.parameters.iter().position(|parameter| parameter.key == key);
        let Some(definition) = template.parameter(key) else {
            if !reply.text.trim().is_empty() {
                return Err(field("text", "Leave the text empty: the template has no such blank any more"));
            }
            if let (Answer::Adopt, Some(at)) = (reply.answer, present) {
                self.parameters.remove(at);
            }
            return Ok(());
        };
        let text = reply.text.trim();
        let mut values: Vec<String> = match present {
            _ if reply.answer == Answer::Adapt && !text.is_empty() => {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                if definition.kind.many() { lines.map(str::to_owned).collect() } else { vec![text.to_owned()] }
            }
            Some(at) => self.parameters[at].values.clone(),
            None => Vec::new(),
        };
        if let Err(fix) = definition.accepts(&values) {
            if reply.answer == Answer::Adapt {
                return Err(field("text", fix));
            }
            values.clear();
        }
        if values.is_empty() && definition.required && definition.default.is_empty() {
            return Err(match reply.answer {
                Answer::Adapt => field("text", format!("Fill in: {}", definition.title)),
                Answer::Adopt | Answer::Defer => field(
                    "answer",
                    format!("The template gives no value: answer “adapt” and fill in: {}", definition.title),
                ),
            });
        }
        match (present, values.is_empty()) {
            (Some(at), true) => drop(self.parameters.remove(at)),
            (None, true) => {}
            (Some(at), false) if self.parameters[at].values == values => {}
            (Some(at), false) => self.parameters[at] = Parameter::of(key, values, Origin::School),
            (None, false) => self.parameters.push(Parameter::of(key, values, Origin::School)),
        }
        Ok(())
    }
}

/// Until when an answer is put off: never past the day of a statutory one, and never into the past.
fn put_off(proposal: &Proposal, reply: &Reply) -> Result<Option<Date>, Refused> {
    let today = chassis::clock::london(reply.at).date();
    match (reply.until, proposal.statutory_by.filter(|_| proposal.statutory)) {
        (None, Some(by)) => Err(field("until_date", format!("It is statutory: enter a day up to {by}"))),
        (Some(until), Some(by)) if until > by => {
            Err(field("until_date", format!("It is statutory: enter a day up to {by}")))
        }
        (Some(until), _) if until <= today => Err(field("until_date", "Enter a day that lies ahead")),
        (until, _) => Ok(until),
    }
}
