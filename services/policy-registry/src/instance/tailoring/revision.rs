//! A new draft from what is in force, and giving one up.

use time::{Date, OffsetDateTime};

use super::{
    super::{Clause, Instance, InstanceId, Refusal, State},
    Summary,
};
use crate::instance::proposal::{Answer, Proposal};

impl Instance {
    /// Starts a new draft from the version in force: its text, blanks, steps and choices, the waivers that still run
    /// and what the template still asks; no signature.
    ///
    /// # Errors
    /// Where it is not in force.
    pub fn revise(&self, id: InstanceId, version: u32, today: Date, at: OffsetDateTime) -> Result<Self, Refusal> {
        if self.state != State::InForce {
            return Err(Refusal::WrongState { state: self.state, needed: "a revision starts from what is in force" });
        }
        let open = |proposal: &&Proposal| proposal.answer.as_ref().is_none_or(|given| given.answer == Answer::Defer);
        Ok(Self {
            id,
            school: self.school.clone(),
            version,
            template_version: self.template_version,
            state: State::Draft,
            parameters: self.parameters.clone(),
            // The lines were those of a document that this version was not read from; the keys stay.
            clauses: self.clauses.iter().map(|clause| Clause { line: 0, score: 0, ..clause.clone() }).collect(),
            tailored_steps: self.tailored_steps.clone(),
            section_choices: self.section_choices.clone(),
            waivers: self.waivers.iter().filter(|waiver| waiver.until >= today).cloned().collect(),
            proposals: self.proposals.iter().filter(open).cloned().collect(),
            findings: Vec::new(),
            grave: None,
            signatures: Vec::new(),
            summary: Summary::default(),
            source_name: String::new(),
            import_confirmed_at: None,
            consultation: None,
            emergency: None,
            rollout: None,
            discard_reason: None,
            created_at: at,
            effective_at: None,
            superseded_at: None,
            review_due_at: None,
            revision: 1,
        })
    }

    /// Whether it is on its way into force: no second revision is started beside it.
    pub fn is_open(&self) -> bool {
        self.editable().is_ok()
    }

    /// Sets it aside; it never comes back.
    ///
    /// # Errors
    /// Where it came into force, or was set aside already.
    pub fn discard(mut self, reason: String, at: OffsetDateTime) -> Result<Self, Refusal> {
        if !self.is_open() {
            return Err(Refusal::WrongState {
                state: self.state,
                needed: "only a version that never came into force is discarded",
            });
        }
        self.end_consultation(at);
        self.signatures.clear();
        self.state = State::Discarded;
        self.discard_reason = Some(reason);
        Ok(self.written())
    }
}
