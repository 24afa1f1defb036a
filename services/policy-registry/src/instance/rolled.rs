//! What a roll-out does to versions: it makes a draft of one, sets the school's own draft aside, and takes both back.

use time::{Date, OffsetDateTime};

use super::{Instance, InstanceId, Refusal, State, Summary, proposal::RolloutId};
use crate::{
    agency::Register,
    rollout::{merge::merge, open, plan::Plan},
};

/// Why a school's own draft was set aside.
pub const MERGED: &str = "Merged into the roll-out’s draft";

/// What a roll-out brings to a school.
#[derive(Debug, Clone)]
pub struct Rolling<'a> {
    /// The id of the draft it makes.
    pub id: InstanceId,
    /// Its version at the school.
    pub version: u32,
    /// The roll-out; none where it is but looked what it would come to.
    pub rollout: Option<&'a RolloutId>,
    /// The template version.
    pub template_version: u32,
    /// The day for what is statutory.
    pub by: Option<Date>,
    /// When.
    pub at: OffsetDateTime,
}

impl Instance {
    /// The draft that a roll-out makes of this version, and how much moved by itself.
    pub fn rolled(mut self, plan: &Plan<'_>, register: Option<&Register>, rolling: Rolling<'_>) -> (Self, u32) {
        let moved = merge(&mut self, plan, register, rolling.by);
        let mut draft = self;
        if !open(draft.state) {
            // Its text comes from the version before it, and from no document.
            draft.source_name.clear();
            draft.summary = Summary::default();
            draft.import_confirmed_at = None;
        }
        draft.id = rolling.id;
        draft.version = rolling.version;
        draft.template_version = rolling.template_version;
        draft.rollout = rolling.rollout.cloned();
        draft.state = State::Draft;
        draft.signatures.clear();
        draft.consultation = None;
        draft.emergency = None;
        draft.discard_reason = None;
        draft.created_at = rolling.at;
        draft.effective_at = None;
        draft.superseded_at = None;
        draft.review_due_at = None;
        draft.revision = 1;
        (draft, moved)
    }

    /// The school's own draft, once a roll-out's took its text over.
    #[must_use]
    pub fn merged_away(mut self) -> Self {
        self.state = State::Discarded;
        self.discard_reason = Some(MERGED.to_owned());
        self.written()
    }

    /// The school's own draft as it was before a roll-out took it over; what somebody else did to it since stands.
    #[must_use]
    pub fn back(mut self, state: State) -> Option<Self> {
        if self.state != State::Discarded || self.discard_reason.as_deref() != Some(MERGED) || !open(state) {
            return None;
        }
        self.state = state;
        self.discard_reason = None;
        Some(self.written())
    }

    /// A roll-out's draft, once the roll-out is undone.
    ///
    /// # Errors
    /// Where it is in force, or over.
    pub fn unrolled(mut self, reason: &str) -> Result<Self, Refusal> {
        if !open(self.state) {
            return Err(Refusal::WrongState { state: self.state, needed: "only a draft is taken back" });
        }
        self.state = State::Discarded;
        self.discard_reason = Some(reason.to_owned());
        Ok(self.written())
    }

    /// How many proposals of the template nobody answered.
    pub fn waiting(&self) -> usize {
        self.proposals.iter().filter(|proposal| proposal.waits()).count()
    }
}
