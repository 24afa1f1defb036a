//! Closing a case: refused while anything is open, and nothing that was to come is dropped without a word.

use time::OffsetDateTime;

use super::{By, Case, Closing, Involvement, Refusal};
use crate::gate;

impl Case {
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
