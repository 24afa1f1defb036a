//! Decisions with their reasons, and what takes a second person.

use time::OffsetDateTime;

use super::{
    By, Case, Refusal, Step,
    access::Office,
    close::NAMED,
    record::{
        AUDIENCES, Agreement, AgreementId, Answer, Asked, Assessment, Criteria, Decision, Question, Reopening, Stamp,
        Support,
    },
};
use crate::{gate, procedure::StepRule};

/// The kind of a decision for early help: the choice is who leads it, the reason what is done.
pub const EARLY_HELP: &str = "early_help";

/// The kind of a decision that says whether the person agrees to a referral to Channel (rule PRV-02).
pub const CHANNEL_CONSENT: &str = "channel_consent";

/// The rule that nobody is referred to Channel without it.
pub const CONSENT_RULE: &str = "PRV-02";

/// The agency by which somebody comes to Channel.
pub const PREVENT: &str = "prevent";

/// Why somebody is named who is asked to be the second person.
const ASKED_AS_SECOND: &str = "Asked to be the second person: named until they have answered";

/// What a decision may choose, by its kind; any words for `other` and early help.
pub const CHOICES: &[(&str, &[&str])] = &[
    ("referral", &["not_refer"]),
    ("sanction", &["applied", "none"]),
    ("deletion", &["not_deleted"]),
    (EARLY_HELP, &[]),
    (CHANNEL_CONSENT, &["given", "not_needed", "refused"]),
    (NAMED, &["nobody_named"]),
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
        Question { asked, step_id, audience }: Question<'_>,
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
                self.says_why(rule, &reason)?;
            }
            Asked::HoldOverride if !AUDIENCES.contains(&audience) => {
                let fix = format!("Say who is to be told: select one of: {}", AUDIENCES.join(", "));
                return Err(Refusal::Field("audience", fix));
            }
            Asked::FactChange => {
                let fix = "Record the fact anew, with the reason: that asks the second person";
                return Err(Refusal::Field("kind", fix.into()));
            }
            Asked::InternalResponse | Asked::HoldOverride => {}
        }
        let step_id = if asked == Asked::Deviation { step_id } else { "" };
        let audience = if asked == Asked::HoldOverride { audience } else { "" };
        let waits = |a: &Agreement| {
            // What justifies a viewing is theirs who asked: another asks in their own name.
            let own = asked != Asked::Viewing || a.stamp.by == by.account_id;
            let same = own && a.asked == asked && a.step_id == step_id && a.audience == audience;
            same && (a.answer.is_none() || self.holds_still(a))
        };
        if self.agreements.iter().any(waits) {
            return Err(Refusal::State("this is asked or agreed already"));
        }
        let (step_id, audience) = (step_id.to_owned(), audience.to_owned());
        let (stamp, from_head) = (by.stamp(), by.head);
        let asked = Agreement {
            id,
            asked,
            step_id,
            audience,
            from_head,
            second: None,
            change: None,
            reason,
            stamp,
            answer: None,
            used: false,
        };
        self.agreements.push(asked);
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
        if let Some(who) = self.answers_instead(by, agreement) {
            return Err(Refusal::State(who));
        }
        let change = agreement.change.clone().filter(|_| agreed);
        if let Some(change) = &change {
            self.may_change(change, agreement.stamp.at)?;
        }
        let (asker, why) = (agreement.stamp.by.clone(), agreement.reason.clone());
        let mut named = None;
        if let Some(agreement) = self.agreements.iter_mut().find(|a| a.id == *id) {
            agreement.answer = Some(Answer { agreed, reason, stamp: by.stamp() });
            agreement.used = change.is_some();
            named = agreement.second.take();
        }
        self.name_no_more(named);
        if let Some(change) = &change {
            self.change_agreed(by, &asker, change, why);
        }
        self.settle(by);
        Ok(())
    }

    /// Names whom the latest question is put to, so that they can read the case until they have answered.
    pub fn name_second(&mut self, by: By<'_>, account_id: &str) -> Result<(), Refusal> {
        let named = self.names_until_answered(by, account_id);
        let named = named.map_err(|fix| Refusal::Field("second_account_id", fix.to_owned()))?;
        if let Some(asked) = self.agreements.last_mut().filter(|_| named) {
            asked.second = Some(account_id.to_owned());
        }
        Ok(())
    }

    /// Lets somebody read the case until they have answered; answers whether they could not before by being named. Only the head,
    /// where nobody else is there, and those whom the case names say who reads it.
    pub(crate) fn names_until_answered(&mut self, by: By<'_>, account_id: &str) -> Result<bool, &'static str> {
        let member = |account: &str| self.access.members.iter().any(|member| member == account);
        if !(by.head || member(by.account_id) || self.read_alone_by(by)) {
            return Err("Leave it out: those who may answer read this case already");
        }
        if account_id == by.account_id {
            return Err("Select somebody else than yourself");
        }
        if self.access.kept_out().any(|out| out == account_id) {
            return Err("Select somebody whom the case does not keep out");
        }
        if member(account_id) {
            return Ok(false);
        }
        self.name(by, account_id, ASKED_AS_SECOND);
        Ok(true)
    }

    /// Takes whoever was named for an answer alone out again, where no other question waits for them.
    fn name_no_more(&mut self, named: Option<String>) {
        let Some(account) = named else { return };
        match self.agreements.iter_mut().find(|a| a.answer.is_none() && a.second.is_none()) {
            Some(waiting) => waiting.second = Some(account),
            None => self.access.members.retain(|member| *member != account),
        }
    }

    /// Who may answer a question, as codes of roles; whoever asked it never does. What the head agrees to is agreed to by a
    /// deputy or the chair of governors where the head asked, being the lead as well (rule DSL-04), and by the chair where
    /// the head is kept out.
    pub fn answered_by(&self, agreement: &Agreement) -> &'static [&'static str] {
        match (agreement.asked.by_head(), agreement.from_head, self.access.office) {
            (true, true, _) => &["dsl", "deputy_dsl", "chair"],
            (true, false, Office::Chair) => &["chair"],
            (true, false, Office::Head) => &["head"],
            (false, ..) => &["dsl", "deputy_dsl", "head", "chair"],
        }
    }

    /// Who answers a question, where somebody may not.
    fn answers_instead(&self, by: By<'_>, agreement: &Agreement) -> Option<&'static str> {
        let may = self.answered_by(agreement).iter().any(|role| match *role {
            "head" => by.head,
            "chair" => by.chair,
            _ => by.lead,
        });
        match (may || !agreement.asked.by_head(), agreement.from_head, self.access.office) {
            (true, ..) => None,
            (false, true, _) => Some("the head asked this: a deputy or the chair of governors answers it"),
            (false, false, Office::Chair) => Some("the chair of governors answers this"),
            (false, false, Office::Head) => Some("the head answers this"),
        }
    }

    /// Whether a second person agreed to it, that was not used up, and nothing that it rested on has become graver since.
    fn holds_still(&self, agreement: &Agreement) -> bool {
        let graver = || {
            let at = agreement.answer.as_ref().map(|answer| answer.stamp.at);
            at.is_some_and(|at| self.graver_since(at).is_some())
        };
        agreement.state() == "agreed" && !(agreement.asked == Asked::InternalResponse && graver())
    }

    /// Whether a second person agreed to it and that still holds.
    pub fn agreed(&self, asked: Asked, step_id: &str) -> bool {
        self.agreements.iter().any(|a| a.asked == asked && a.step_id == step_id && self.holds_still(a))
    }

    /// Whether a second person agreed that somebody is told without a talk, or they were told by that: a step about them stands
    /// open by it, that on parents until there are more to tell.
    pub(crate) fn overridden(&self, audience: &str) -> bool {
        let told = || audience != "parents" || self.undecided_parents().next().is_none();
        let agreed = |a: &Agreement| a.state() == "agreed" || (a.state() == "used" && told());
        self.agreements.iter().any(|a| a.asked == Asked::HoldOverride && a.audience == audience && agreed(a))
    }

    /// Whether somebody may be told: once the hold is lifted, or by the one act that a second person agreed
    /// to for them.
    pub(crate) fn may_tell(&self, audience: &str, now: OffsetDateTime) -> Result<(), Refusal> {
        let agreed = self.override_of(audience).is_some();
        if agreed { Ok(()) } else { self.pass(gate::HOLD, now) }
    }

    /// Uses up what was agreed to, where it took that: whether it did.
    pub(crate) fn use_override(&mut self, audience: &str) -> bool {
        let place = self.override_of(audience).filter(|_| !self.hold_lifted());
        let Some(agreement) = place.and_then(|at| self.agreements.get_mut(at)) else { return false };
        agreement.used = true;
        true
    }

    fn override_of(&self, audience: &str) -> Option<usize> {
        let of = |a: &Agreement| a.asked == Asked::HoldOverride && a.audience == audience && a.state() == "agreed";
        self.agreements.iter().position(of)
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
        if decision.kind == NAMED && self.involvements.iter().any(super::Involvement::child) {
            return Err(Refusal::State("a child of this case is named already"));
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
        self.settle(By { account_id: &stamp.by, at: stamp.at, lead: true, head: false, chair: false });
        Ok(())
    }

    /// Refuses a referral to the Prevent pathway before what the procedure has come first, and before it is recorded that the
    /// person agrees to Channel, or why that is not needed.
    pub(super) fn may_go_to_channel(&self, agency: &str) -> Result<(), Refusal> {
        let asks = |rule: &&StepRule| rule.records.iter().any(|record| record == "consent");
        let Some(rule) = self.procedure.steps.iter().find(asks).filter(|_| agency == PREVENT) else { return Ok(()) };
        let first = self
            .steps_with_rules()
            .find(|(earlier, step)| rule.after.contains(&earlier.id) && self.awaited(earlier, step));
        if first.is_some() {
            return Err(Refusal::State(
                "an earlier step must be done first: the lead is told before anybody is referred to Channel",
            ));
        }
        let latest = self.decisions.iter().rfind(|decision| decision.kind == CHANNEL_CONSENT);
        let decided = latest.is_some_and(|decision| decision.choice != "refused");
        let ends = self.steps.iter().flat_map(Step::ends).flat_map(|end| &end.recorded);
        let mut recorded = ends.filter(|(name, _)| name == "consent");
        if decided || recorded.any(|(_, said)| said != "no") {
            return Ok(());
        }
        let fix = "record first that the person agrees to Channel, or why that is not needed: a decision on consent to Channel";
        Err(Refusal::Prohibited(CONSENT_RULE, fix))
    }

    /// Whether it may be decided not to refer: never where a criterion is met; in the procedure on nudes only once all
    /// five are answered and the head has agreed to a response inside the school.
    fn may_keep_inside(&self) -> Result<(), Refusal> {
        if self.fact("criteria_met") == Some("yes") {
            return Err(Refusal::Prohibited("NUD-02", "one of the five criteria is met: refer at once"));
        }
        if self.in_danger() {
            let first = "a child is in immediate danger: refer, or record first what ended the danger";
            return Err(Refusal::State(first));
        }
        if self.asks_criteria() {
            if self.criteria.is_empty() {
                return Err(Refusal::State("answer the five questions first"));
            }
            if !self.agreed(Asked::InternalResponse, "") {
                return Err(Refusal::State(
                    "have a response inside the school agreed to first: the head agrees, or a deputy or the chair of \
                     governors where the head asks",
                ));
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
