//! What of a case is due, by when, and whose it is: the steps of its procedure, answers that are chased, an assessment to
//! be looked at again, and a case in which nothing has happened for long.

use chassis::calendar;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{
    By, Case, Refusal, Step,
    access::{Level, Need, Reader, Verdict},
};
use crate::{
    procedure::StepRule,
    rules::{CASE_IDLE_DAYS, REFERRAL_DECISION_READ},
};

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A step of the procedure.
    Step,
    /// An agency's answer to a referral is to be chased.
    ReferralChase,
    /// A desk asked something about a referral, and is to be answered.
    ReferralQuestion,
    /// A desk decided on a referral, or came to something: it is read, disagreed with or closed.
    ReferralDecided,
    /// A referral that is being written is to be sent.
    ReferralDraft,
    /// An answer to a report about material is.
    ReportChase,
    /// The risk and needs assessment is to be looked at again.
    AssessmentReview,
    /// A child is in immediate danger, and nobody has said yet what ended it.
    Danger,
    /// Nothing has happened in the case for long.
    Idle,
}

impl Kind {
    /// Every one, with its code.
    pub const ALL: [(&'static str, Self); 9] = [
        ("step", Self::Step),
        ("referral_chase", Self::ReferralChase),
        ("referral_question", Self::ReferralQuestion),
        ("referral_decided", Self::ReferralDecided),
        ("referral_draft", Self::ReferralDraft),
        ("report_chase", Self::ReportChase),
        ("assessment_review", Self::AssessmentReview),
        ("immediate_danger", Self::Danger),
        ("idle", Self::Idle),
    ];

    /// What somebody has to do: everything but a case that lies still.
    pub const WORK: [Self; 8] = [
        Self::Step,
        Self::ReferralChase,
        Self::ReferralQuestion,
        Self::ReferralDecided,
        Self::ReferralDraft,
        Self::ReportChase,
        Self::AssessmentReview,
        Self::Danger,
    ];
    /// Answers that others owe.
    pub const CHASES: [Self; 2] = [Self::ReferralChase, Self::ReportChase];

    /// The kind of a code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == code).map(|(_, kind)| *kind)
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(code, _)| code)
    }
}

/// One thing that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What.
    pub kind: Kind,
    /// The step, referral or report; empty where it is the case itself.
    pub item: String,
    /// By when; none for a step without a clock that is somebody's all the same.
    pub at: Option<OffsetDateTime>,
    /// Whose it is; nobody's where none.
    pub owner: Option<String>,
    /// Whether it is a step that may not be skipped.
    pub statutory: bool,
}

/// A due date was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// By when from then on.
    pub due_at: OffsetDateTime,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

impl Case {
    /// Everything that is due in the case; nothing once it is closed.
    pub fn dues(&self) -> Vec<Due> {
        if self.closing.is_some() {
            return Vec::new();
        }
        let mut dues = Vec::new();
        for (rule, step) in self.steps_with_rules() {
            let standing = self.standing(rule, step);
            let open = matches!(standing.state, "to_do" | "cannot_start_yet");
            if open && (standing.due.is_some() || step.owner.is_some()) {
                let owner = step.owner.clone().or_else(|| self.owner.clone());
                let (kind, item) = (Kind::Step, rule.id.clone());
                dues.push(Due { kind, item, at: standing.due, owner, statutory: rule.statutory });
            }
        }
        let due = |kind, item: &str, at| {
            let owner = self.owner.clone();
            Due { kind, item: item.to_owned(), at: Some(at), owner, statutory: false }
        };
        let referrals = self.referrals.iter().filter(|referral| referral.waits());
        // While the desk waits for the school, there is nothing to chase.
        dues.extend(referrals.map(|referral| match referral.asked() {
            Some(asked) => due(Kind::ReferralQuestion, referral.id.as_str(), asked.stamp.at),
            None => due(Kind::ReferralChase, referral.id.as_str(), referral.chase_at),
        }));
        dues.extend(self.referrals.iter().filter_map(|referral| {
            let by = calendar::working_days_after(referral.unread()?, REFERRAL_DECISION_READ);
            Some(due(Kind::ReferralDecided, referral.id.as_str(), by))
        }));
        dues.extend(self.open_drafts().map(|draft| due(Kind::ReferralDraft, draft.id.as_str(), draft.send_by)));
        let reports = self.reports.iter().filter(|report| report.outcome.is_none());
        dues.extend(reports.map(|report| due(Kind::ReportChase, report.id.as_str(), report.chase_at)));
        dues.extend(self.danger().map(|since| Due { statutory: true, ..due(Kind::Danger, "", since) }));
        dues.extend(self.assessments.last().map(|latest| due(Kind::AssessmentReview, "", latest.review_at)));
        let touched = self.touched_at.unwrap_or(self.opened_at);
        dues.push(due(Kind::Idle, "", touched + Duration::days(CASE_IDLE_DAYS)));
        dues
    }

    /// When the next thing is due that somebody has to do.
    pub fn next_due(&self) -> Option<OffsetDateTime> {
        self.dues().into_iter().filter(|due| due.kind != Kind::Idle).filter_map(|due| due.at).min()
    }

    /// Everybody who is named as somebody whose something is.
    pub fn owners(&self) -> impl Iterator<Item = &str> {
        self.owner.iter().chain(self.steps.iter().filter_map(|step| step.owner.as_ref())).map(String::as_str)
    }

    /// Everybody who is named as somebody whose something is or who did a step.
    pub fn hands(&self) -> impl Iterator<Item = &str> {
        let ends = self.steps.iter().flat_map(Step::ends);
        self.owners().chain(ends.map(|end| end.by.as_str()))
    }

    /// Whether the case, or a step of it that is open, is somebody's: they work it.
    pub(crate) fn given_to(&self, account_id: &str) -> bool {
        let theirs = |owner: &Option<String>| owner.as_deref() == Some(account_id);
        theirs(&self.owner) || self.steps.iter().any(|step| step.end.is_none() && theirs(&step.owner))
    }

    /// Whether somebody may give something of the case to somebody. Whoever only oversees it takes nothing on themselves: it
    /// is given to them, or comes with a concern that was passed on to them.
    fn may_give(&self, by: By<'_>, account_id: &str) -> Result<(), Refusal> {
        let reader =
            Reader { account_id: by.account_id, lead: by.lead, head: by.head, chair: by.chair, ..Reader::default() };
        if account_id == by.account_id && self.may(reader, Need::Work) != Verdict::Yes {
            let fix =
                "Select somebody else: whoever oversees a case is given it, or a step of it, by those who work it";
            return Err(Refusal::Field("account_id", fix.to_owned()));
        }
        self.can_own(by, account_id)
    }

    /// Whether something of the case can be somebody's: whoever may not see it has nothing in it.
    fn can_own(&self, by: By<'_>, account_id: &str) -> Result<(), Refusal> {
        let named = account_id == by.account_id || self.access.members.iter().any(|member| member == account_id);
        let open = !self.adult() && self.access.level == Level::Open;
        if self.access.kept_out().any(|out| out == account_id) || !(open || named) {
            let fix = "Select somebody who may see this case";
            return Err(Refusal::Field("account_id", fix.to_owned()));
        }
        Ok(())
    }

    /// Says whose the case is; nobody's where none.
    pub fn assign(&mut self, by: By<'_>, account_id: Option<&str>) -> Result<(), Refusal> {
        self.working()?;
        account_id.map_or(Ok(()), |account| self.may_give(by, account))?;
        self.owner = account_id.map(str::to_owned);
        Ok(())
    }

    /// Says whose a step is; whoever's the case is where none.
    pub fn assign_step(&mut self, by: By<'_>, step_id: &str, account_id: Option<&str>) -> Result<(), Refusal> {
        self.working()?;
        account_id.map_or(Ok(()), |account| self.may_give(by, account))?;
        let step = self.steps.iter_mut().find(|step| step.id == step_id).ok_or(Refusal::Missing)?;
        if step.end.is_some() {
            return Err(Refusal::State("the step has ended already"));
        }
        step.owner = account_id.map(str::to_owned);
        Ok(())
    }

    /// Whether the day a step is due may be moved.
    pub fn may_move(&self, rule: &StepRule, step: &Step) -> Result<(), Refusal> {
        self.working()?;
        match self.standing(rule, step).state {
            "to_do" | "cannot_start_yet" => {}
            "not_needed" | "waits_for_fact" => {
                return Err(Refusal::State("the facts known do not call for this step"));
            }
            _ => return Err(Refusal::State("the step has ended already")),
        }
        if rule.statutory || !rule.clock_source.is_empty() {
            return Err(Refusal::State("the law sets when this step is due: that cannot be moved"));
        }
        Ok(())
    }

    /// Moves the day a step is due; the clock of a law or of a statutory step is not the school's to move.
    pub fn move_due(
        &mut self,
        by: By<'_>,
        step_id: &str,
        due_at: OffsetDateTime,
        reason: String,
    ) -> Result<(), Refusal> {
        let (rule, step) = self.steps_with_rules().find(|(rule, _)| rule.id == step_id).ok_or(Refusal::Missing)?;
        self.may_move(rule, step)?;
        if due_at <= by.at {
            return Err(Refusal::Field("due_time", "The new date must be in the future".to_owned()));
        }
        let moved = Moved { due_at, reason, by: by.account_id.to_owned(), at: by.at };
        if let Some(step) = self.steps.iter_mut().find(|step| step.id == step_id) {
            step.moved.push(moved);
        }
        Ok(())
    }

    /// Takes what is theirs from those who may no longer see the case.
    pub(crate) fn take_from_strangers(&mut self, by: By<'_>) {
        let mut strangers: Vec<String> = self.owners().map(str::to_owned).collect();
        strangers.retain(|account| self.can_own(by, account).is_err());
        let gone = |owner: &Option<String>| owner.as_ref().is_some_and(|account| strangers.contains(account));
        if gone(&self.owner) {
            self.owner = None;
        }
        for step in &mut self.steps {
            if gone(&step.owner) {
                step.owner = None;
            }
        }
    }
}
