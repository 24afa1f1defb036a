//! Referrals: drafted, sent, acknowledged, decided, closed. What was sent never changes; what becomes of it is added, and
//! where the agency is silent or the school does not agree, the area's ladder is climbed rung by rung.

pub mod document;
pub mod draft;
pub mod package;
pub mod paper;
pub mod portal;
pub mod prefill;

use chassis::calendar;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use draft::{Draft, Sending, can_be_taken, chosen, takes_now};
use package::Package;
use portal::Portal;

use super::{
    By, Case, Refusal,
    record::{Said, Stamp},
};
use crate::route::{Filled, Rung};

chassis::id!(/** A referral. */ pub struct ReferralId = "ref");
chassis::id!(/** A referral that is being written. */ pub struct DraftId = "rfd");

/// What an agency may answer.
pub const OUTCOMES: [&str; 4] = ["accepted", "advice_given", "no_further_action", "declined"];
/// Why a school goes further.
pub const CAUSES: [&str; 2] = ["silence", "disagreement"];

/// What was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// The route's key.
    pub route: String,
    /// What the route is called.
    pub title: String,
    /// Whether a child is referred by it, and not an address reported.
    pub of_child: bool,
    /// Every answer as it was sent.
    pub answers: Vec<Filled>,
    /// How it was sent.
    pub means: String,
    /// Where to.
    pub recipient: String,
    /// What proves it.
    pub proof: String,
    /// When it was sent.
    pub sent_at: OffsetDateTime,
    /// Working days, or whatever the route says, in which the agency answers.
    pub answer: crate::route::Clock,
    /// The area's ladder.
    pub ladder: Vec<Rung>,
    /// The SHA-256 of all that left.
    pub digest: String,
    /// Whether it says that a child is in danger now.
    #[serde(default)]
    pub danger: bool,
}

/// A request to one agency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Referral {
    /// Its id.
    pub id: ReferralId,
    /// The agency's key.
    pub agency: String,
    /// Its name.
    pub agency_name: String,
    /// Why.
    pub reason: String,
    /// The agency's reference.
    pub reference: String,
    /// Who made it.
    pub by: String,
    /// When.
    pub made_at: OffsetDateTime,
    /// When an answer is chased.
    pub chase_at: OffsetDateTime,
    /// What came of it.
    pub decision: Option<ReferralDecision>,
    /// What was sent; none where it was recorded without a form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// That the agency has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Said>,
    /// Every time the school went further.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalations: Vec<Escalation>,
    /// The area's ladder as it was when the school first went further, of one that was recorded without a form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ladder: Vec<Rung>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Said>,
    /// How it had ended before the desk came to something more, or the answer was put right, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_ends: Vec<Said>,
    /// Answers that were put right, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
    /// The desk whose inbox it was put into; none where it was sent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portal: Option<Portal>,
    /// What the signed file is made of that it was sent as; none where it was sent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Package>,
    /// The draft that it was sent from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DraftId>,
    /// Why it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Said>,
}

/// What came of a referral.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReferralDecision {
    /// One of `OUTCOMES`.
    pub outcome: String,
    /// What the agency said.
    pub text: String,
    /// When it was recorded.
    pub at: OffsetDateTime,
    /// What whoever decided is called, where it was said at a desk.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// An answer was put right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// What had been recorded.
    pub before: ReferralDecision,
    /// Why it does not hold.
    pub reason: String,
    /// Who put it right, and when.
    pub stamp: Stamp,
}

/// The school went further.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Escalation {
    /// One of `CAUSES`.
    pub cause: String,
    /// The rung of the ladder.
    pub rung: Rung,
    /// Why.
    pub reason: String,
    /// What the school does not agree with.
    pub against: Option<ReferralDecision>,
    /// Who recorded it, and when.
    pub stamp: Stamp,
}

impl Referral {
    /// One that was made by the agency's own way, without a form of ours.
    pub fn made(id: ReferralId, (agency, agency_name): (&str, String), by: By<'_>, chase_at: OffsetDateTime) -> Self {
        Self {
            id,
            agency: agency.to_owned(),
            agency_name,
            reason: String::new(),
            reference: String::new(),
            by: by.account_id.to_owned(),
            made_at: by.at,
            chase_at,
            decision: None,
            form: None,
            acknowledged: None,
            escalations: Vec::new(),
            ladder: Vec::new(),
            end: None,
            earlier_ends: Vec::new(),
            corrections: Vec::new(),
            portal: None,
            package: None,
            draft: None,
            withdrawn: None,
        }
    }

    /// `made`, `sent`, `acknowledged`, `decided`, `closed` or `withdrawn`.
    pub fn state(&self) -> &'static str {
        match self {
            Self { withdrawn: Some(_), .. } => "withdrawn",
            Self { end: Some(_), .. } => "closed",
            Self { decision: Some(_), .. } => "decided",
            Self { acknowledged: Some(_), .. } => "acknowledged",
            Self { form: Some(_), .. } => "sent",
            _ => "made",
        }
    }

    /// Whether a child is referred by it.
    pub fn of_child(&self) -> bool {
        self.withdrawn.is_none() && self.form.as_ref().is_none_or(|form| form.of_child)
    }

    /// Whether its form says that a child is in danger now.
    pub fn danger(&self) -> bool {
        self.withdrawn.is_none() && self.form.as_ref().is_some_and(|form| form.danger)
    }

    /// Whether an answer is waited for.
    pub fn waits(&self) -> bool {
        self.decision.is_none() && self.withdrawn.is_none()
    }

    /// The next rung of the ladder; none at its end, or where there is none.
    pub fn next_rung(&self) -> Option<&Rung> {
        let ladder = self.form.as_ref().map_or(&self.ladder, |form| &form.ladder);
        ladder.get(self.escalations.len())
    }
}

impl Case {
    fn referral(&mut self, id: &ReferralId) -> Result<&mut Referral, Refusal> {
        let referral = self.referrals.iter_mut().find(|referral| referral.id == *id).ok_or(Refusal::Missing)?;
        match referral.withdrawn {
            Some(_) => Err(Refusal::State("the referral was taken back: begin another")),
            None => Ok(referral),
        }
    }

    /// Records that the agency has it: the time for its answer begins anew. Of a signed file, `read_out` is how its number
    /// begins, as the agency reads it.
    pub fn acknowledge_referral(
        &mut self,
        by: By<'_>,
        id: &ReferralId,
        (reference, read_out): (&str, &str),
        text: String,
    ) -> Result<&Referral, Refusal> {
        self.working()?;
        let referral = self.referral(id)?;
        if referral.acknowledged.is_some() {
            return Err(Refusal::State("that the agency has it is recorded already"));
        }
        if referral.decision.is_some() {
            return Err(Refusal::State("the agency has decided already"));
        }
        match &mut referral.package {
            Some(package) => package.has(read_out)?,
            None if read_out.is_empty() => {}
            None => return Err(Refusal::Field("digest", "Leave this empty: it was not sent as a signed file".into())),
        }
        if !reference.is_empty() {
            reference.clone_into(&mut referral.reference);
        }
        if let Some(form) = &referral.form {
            referral.chase_at = form.answer.over(by.at);
        }
        referral.acknowledged = Some(Said::new(text, by.stamp()));
        Ok(referral)
    }

    /// Records an agency's answer.
    pub fn decide_referral(
        &mut self,
        by: By<'_>,
        id: &ReferralId,
        decision: ReferralDecision,
    ) -> Result<&Referral, Refusal> {
        self.working()?;
        let referral = self.referral(id)?;
        if referral.decision.is_some() {
            return Err(Refusal::State("the outcome of this referral is recorded already: say why it does not hold"));
        }
        referral.decision = Some(decision);
        // What waited for the answer, and was recorded before it came, is done now.
        self.settle(by);
        self.referral(id).map(|referral| &*referral)
    }

    /// Puts an answer right that was recorded before, which is kept. A referral that was closed upon it is closed again; what was
    /// asked for anew since is decided and not put right.
    ///
    /// # Errors
    /// `Field` where no answer is recorded.
    pub fn correct_decision(
        &mut self,
        by: By<'_>,
        id: &ReferralId,
        decision: ReferralDecision,
        reason: &str,
    ) -> Result<&Referral, Refusal> {
        self.working()?;
        let referral = self.referral(id)?;
        let Some(before) = referral.decision.clone() else {
            return Err(Refusal::Field("again", "Leave this empty: no answer is recorded yet".into()));
        };
        referral.decision = Some(decision);
        referral.corrections.push(Correction { before, reason: reason.trim().to_owned(), stamp: by.stamp() });
        referral.earlier_ends.extend(referral.end.take());
        self.settle(by);
        self.referral(id).map(|referral| &*referral)
    }

    /// Goes one rung further. A decision that the school does not agree with is asked for again. `ladder` is the area's as it is
    /// now: of a referral that was recorded without a form nobody kept it before.
    pub fn escalate_referral(
        &mut self,
        by: By<'_>,
        id: &ReferralId,
        (cause, reason): (&str, String),
        ladder: &[Rung],
    ) -> Result<&Referral, Refusal> {
        self.working()?;
        let referral = self.referral(id)?;
        // What the desk came to since it was closed is disagreed with as what it decided was.
        if referral.end.is_some() && referral.unread().is_none() {
            return Err(Refusal::State("the referral is closed"));
        }
        if referral.form.is_none() && referral.ladder.is_empty() {
            referral.ladder = ladder.to_vec();
        }
        let rung = referral.next_rung().cloned().ok_or(Refusal::State("the area’s ladder ends here"))?;
        let against = match (cause, &referral.decision) {
            ("silence", Some(_)) => return Err(Refusal::State("the agency has answered: say that you disagree")),
            ("silence", None) if by.at < referral.chase_at => {
                return Err(Refusal::State("the agency still has time to answer"));
            }
            ("silence", None) if referral.asked().is_some() => {
                return Err(Refusal::State("the desk asked something: answer it first"));
            }
            ("silence", None) => None,
            (_, None) => return Err(Refusal::State("the agency has not decided yet")),
            (_, Some(_)) => referral.decision.take(),
        };
        referral.earlier_ends.extend(referral.end.take());
        referral.chase_at = calendar::working_days_after(by.at, rung.days);
        referral.escalations.push(Escalation { cause: cause.to_owned(), rung, reason, against, stamp: by.stamp() });
        Ok(referral)
    }

    /// Says what came of it for the child.
    pub fn close_referral(&mut self, by: By<'_>, id: &ReferralId, text: String) -> Result<&Referral, Refusal> {
        self.working()?;
        let referral = self.referral(id)?;
        if referral.end.is_some() && referral.unread().is_none() {
            return Err(Refusal::State("the referral is closed already"));
        }
        if referral.decision.is_none() {
            return Err(Refusal::State("record what the agency decided first"));
        }
        referral.earlier_ends.extend(referral.end.replace(Said::new(text, by.stamp())));
        Ok(referral)
    }
}
