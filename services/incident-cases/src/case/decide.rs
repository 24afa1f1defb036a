//! Decisions with their reasons, and what takes a second person.

use time::OffsetDateTime;

use super::{
    By, Case, Refusal,
    record::{Agreement, AgreementId, Answer, Asked, Assessment, Criteria, Decision, Reopening, Stamp, Support},
};
use crate::gate;

/// The kind of a decision for early help: the choice is who leads it, the reason what is done.
pub const EARLY_HELP: &str = "early_help";

/// What a decision may choose, by its kind; any words for `other` and early help.
pub const CHOICES: &[(&str, &[&str])] = &[
    ("referral", &["not_refer"]),
    ("sanction", &["applied", "none"]),
    ("deletion", &["not_deleted"]),
    (EARLY_HELP, &[]),
    ("other", &[]),
];

impl By<'_> {
    /// Who and when, to be kept.
    pub fn stamp(&self) -> Stamp {
        Stamp { by: self.account_id.to_owned(), at: self.at }
    }
}

impl Case {
    /// Answers the five questions. The fact that conditions read follows from the answers, and from nothing else.
    /// Where that no more is so which made a referral due at once, a second person agrees first.
    pub fn answer_criteria(
        &mut self,
        by: By<'_>,
        id: AgreementId,
        answers: [bool; 5],
        reason: String,
    ) -> Result<(), Refusal> {
        self.working()?;
        if !self.asks_criteria() {
            return Err(Refusal::State("this procedure does not ask the five questions"));
        }
        let criteria = Criteria { answers, reason, stamp: by.stamp() };
        let met = if criteria.met() { "yes" } else { "no" };
        if self.takes_second("criteria_met", met) {
            return self.ask_change(by, id, ("criteria_met", met, Some(answers)), criteria.reason);
        }
        self.criteria.push(criteria);
        self.note_fact(by, "criteria_met", met);
        self.settle(by);
        Ok(())
    }

    /// Whether the procedure asks the five questions.
    pub fn asks_criteria(&self) -> bool {
        self.procedure.steps.iter().any(|rule| super::evidence::done_by(rule) == Some("criteria"))
    }

    /// Asks a second person.
    pub fn ask(
        &mut self,
        by: By<'_>,
        id: AgreementId,
        asked: Asked,
        step_id: &str,
        reason: String,
    ) -> Result<(), Refusal> {
        self.working()?;
        match asked {
            Asked::Viewing => self.may_ask_to_view()?,
            Asked::InternalResponse if self.fact("criteria_met") != Some("no") => {
                return Err(Refusal::State("a response inside the school needs all five questions answered with no"));
            }
            Asked::Deviation => {
                let (rule, step) =
                    self.steps_with_rules().find(|(rule, _)| rule.id == step_id).ok_or(Refusal::Missing)?;
                if step.end.is_some() || rule.statutory {
                    return Err(Refusal::State("the step has ended already, or is statutory and may not be skipped"));
                }
                self.needed(rule)?;
            }
            Asked::FactChange => {
                let fix = "Record the fact anew, with the reason: that asks the second person";
                return Err(Refusal::Field("kind", fix.into()));
            }
            Asked::InternalResponse | Asked::HoldOverride => {}
        }
        let step_id = if asked == Asked::Deviation { step_id } else { "" };
        let waits = |a: &Agreement| a.asked == asked && a.step_id == step_id && matches!(a.state(), "asked" | "agreed");
        if self.agreements.iter().any(waits) {
            return Err(Refusal::State("this is asked or agreed already"));
        }
        let step_id = step_id.to_owned();
        let stamp = by.stamp();
        self.agreements.push(Agreement { id, asked, step_id, change: None, reason, stamp, answer: None, used: false });
        Ok(())
    }

    fn may_ask_to_view(&self) -> Result<(), Refusal> {
        if self.procedure.id == "P4" {
            return Err(Refusal::Prohibited("G-VIEW", "nobody views indecent images of children: take police advice"));
        }
        if self.fact("viewing_needed") != Some("yes") {
            return Err(self.shut(gate::VIEW, "viewing_needed"));
        }
        Ok(())
    }

    /// Answers as the second person.
    pub fn answer(&mut self, by: By<'_>, id: &AgreementId, agreed: bool, reason: String) -> Result<(), Refusal> {
        self.working()?;
        let agreement = self.agreements.iter().find(|a| a.id == *id).ok_or(Refusal::Missing)?;
        if agreement.answer.is_some() {
            return Err(Refusal::State("this was answered already"));
        }
        if agreement.stamp.by == by.account_id {
            return Err(Refusal::State("somebody else than whoever asked must answer"));
        }
        if agreement.asked.by_head() && !by.head {
            return Err(Refusal::State("the head answers this"));
        }
        let change = agreement.change.clone().filter(|_| agreed);
        if let Some(change) = &change {
            self.may_change(change, agreement.stamp.at)?;
        }
        let (asker, why) = (agreement.stamp.by.clone(), agreement.reason.clone());
        if let Some(agreement) = self.agreements.iter_mut().find(|a| a.id == *id) {
            agreement.answer = Some(Answer { agreed, reason, stamp: by.stamp() });
            agreement.used = change.is_some();
        }
        if let Some(change) = &change {
            self.change_agreed(by, &asker, change, why);
        }
        self.settle(by);
        Ok(())
    }

    /// Whether a second person agreed to it and that was not used up.
    pub fn agreed(&self, asked: Asked, step_id: &str) -> bool {
        self.agreements.iter().any(|a| a.asked == asked && a.step_id == step_id && a.state() == "agreed")
    }

    /// Records a choice.
    pub fn decide(&mut self, decision: Decision) -> Result<(), Refusal> {
        self.working()?;
        let Some((_, choices)) = CHOICES.iter().find(|(kind, _)| *kind == decision.kind) else {
            let kinds: Vec<&str> = CHOICES.iter().map(|(kind, _)| *kind).collect();
            return Err(Refusal::Field("kind", format!("Select one of: {}", kinds.join(", "))));
        };
        if !choices.is_empty() && !choices.contains(&decision.choice.as_str()) {
            return Err(Refusal::Field("choice", format!("Select one of: {}", choices.join(", "))));
        }
        if decision.kind == "referral" {
            self.may_keep_inside()?;
        }
        let applied = (decision.kind.as_str(), decision.choice.as_str()) == ("sanction", "applied");
        let rests = self.procedure.steps.iter().any(|rule| super::evidence::done_by(rule) == Some("sanction"));
        if applied && rests && self.fact("conduct_established") != Some("yes") {
            return Err(Refusal::State("record first that the conduct is established: sanctions rest on it"));
        }
        let effect = decision.kind == "sanction" && self.asks_criteria() && decision.effect_on_victim.is_empty();
        if effect {
            return Err(Refusal::Field("effect_on_victim", "Enter what this may do to a victim".into()));
        }
        let stamp = decision.stamp.clone();
        self.decisions.push(decision);
        self.settle(By { account_id: &stamp.by, at: stamp.at, lead: true, head: false });
        Ok(())
    }

    /// Whether it may be decided not to refer: never where a criterion is met; in the procedure on nudes only once all
    /// five are answered and the head has agreed to a response inside the school.
    fn may_keep_inside(&self) -> Result<(), Refusal> {
        if self.fact("criteria_met") == Some("yes") {
            return Err(Refusal::Prohibited("NUD-02", "one of the five criteria is met: refer at once"));
        }
        if self.asks_criteria() {
            if self.criteria.is_empty() {
                return Err(Refusal::State("answer the five questions first"));
            }
            if !self.agreed(Asked::InternalResponse, "") {
                return Err(Refusal::State("ask the head to agree to a response inside the school first"));
            }
        }
        Ok(())
    }

    /// Records what one child was offered.
    pub fn support(&mut self, by: By<'_>, support: Support) -> Result<(), Refusal> {
        self.working()?;
        let child = self.involvements.iter().find(|i| i.id == support.involvement_id).ok_or(Refusal::Missing)?;
        if !child.child() {
            return Err(Refusal::Field("involvement_id", "Select a child of this case".into()));
        }
        self.supports.push(support);
        self.settle(by);
        Ok(())
    }

    /// Records the next version of the risk and needs assessment.
    pub fn assess(&mut self, by: By<'_>, assessment: Assessment) -> Result<(), Refusal> {
        self.working()?;
        if assessment.review_at <= by.at {
            return Err(Refusal::Field("review_time", "The review must be in the future".into()));
        }
        self.assessments.push(assessment);
        self.settle(by);
        Ok(())
    }

    /// Whether the day to review the assessment has come and no newer version is there: what the last one says may be
    /// true no more, so that nothing closes on it.
    pub fn review_due(&self, now: OffsetDateTime) -> bool {
        self.assessments.last().is_some_and(|latest| latest.review_at <= now)
    }

    /// Opens a closed case again; it closes only after a new debrief.
    pub fn reopen(&mut self, by: By<'_>, reason: String) -> Result<(), Refusal> {
        let closing = self.closing.take().ok_or(Refusal::State("the case is open"))?;
        self.reopenings.push(Reopening { closing, reason, stamp: by.stamp() });
        self.past_debriefs.extend(self.debrief.take());
        self.start_clocks(by.at);
        Ok(())
    }
}
