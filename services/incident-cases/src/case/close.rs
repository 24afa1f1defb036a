//! Closing a case: refused while anything is open, and nothing that was to come is dropped without a word.

use time::OffsetDateTime;

use super::{By, Case, Closing, Involvement, Refusal, evidence::done_by};
use crate::{gate, procedure::StepRule};

/// The procedures about a child whose own steps ask neither who it is nor what it means for each: they would end with nothing
/// said of any child.
const ABOUT_A_CHILD: [&str; 2] = ["P0", "P5"];

/// The kind of the decision that no child is named, as what keeps such a case open is called.
pub(super) const NAMED: &str = "involvement";

impl Case {
    /// Whether the case is about a child whom nobody has named, nor said why nobody does (rules ).
    fn names_nobody(&self) -> bool {
        ABOUT_A_CHILD.contains(&self.procedure.id.as_str())
            && !self.involvements.iter().any(Involvement::of_child)
            && !self.decisions.iter().any(|decision| decision.kind == NAMED)
    }

    /// Whether an offence is known, no step asks for the police or a referral, and nobody has asked anybody nor decided not to.
    fn offence_unasked(&self) -> bool {
        ABOUT_A_CHILD.contains(&self.procedure.id.as_str())
            && self.fact("offence") == Some("yes")
            && !self.procedure.steps.iter().any(asks_agencies)
            && !self.talked()
            && !self.referrals.iter().any(|referral| referral.withdrawn.is_none())
            && !self.decisions.iter().any(|decision| decision.kind == "referral")
    }

    /// What keeps a case open whatever steps its procedure has.
    pub(super) fn left_by_every_procedure(&self) -> impl Iterator<Item = &'static str> {
        let all = [
            ("immediate_danger", self.in_danger() || self.danger_unanswered()),
            (NAMED, self.names_nobody()),
            ("consultation", self.offence_unasked()),
        ];
        all.into_iter().filter_map(|(what, left)| left.then_some(what))
    }

    /// What the case would drop if it closed: the day to look at the assessment again, and support that a child still waits for.
    pub fn drops(&self, now: OffsetDateTime) -> Vec<&'static str> {
        let review = self.assessments.last().is_some_and(|latest| latest.review_at > now);
        let latest = |child: &Involvement| self.supports.iter().rfind(|support| support.involvement_id == child.id);
        let waits = |child: &Involvement| latest(child).is_some_and(|support| support.uptake == "waiting");
        let support = self.involvements.iter().filter(|part| part.child()).any(waits);
        let all = [("assessment_review", review), ("support", support)];
        all.into_iter().filter_map(|(what, dropped)| dropped.then_some(what)).collect()
    }

    /// Closes the case. Where something was to come, it is said who goes on with it: nothing is dropped without a word.
    pub fn close(&mut self, by: By<'_>, outcome: String, (reason, follow_up): (String, String)) -> Result<(), Refusal> {
        self.working()?;
        self.pass(gate::CLOSE, by.at)?;
        self.ends_as_decided(&outcome)?;
        let dropped = self.drops(by.at);
        if !dropped.is_empty() && follow_up.is_empty() {
            let fix = "Enter who goes on with it after the case is closed: the assessment is to be looked at again, or a \
                       child waits for support";
            return Err(Refusal::Field("follow_up", fix.into()));
        }
        self.closing = Some(Closing { outcome, reason, follow_up, by: by.account_id.to_owned(), at: by.at });
        Ok(())
    }
}

/// Whether a step asks the police, the front door or another agency.
fn asks_agencies(rule: &StepRule) -> bool {
    matches!(done_by(rule), Some("consultation" | "referral"))
}
