//! A referral in the inbox of a desk of the authority: what the desk says of it is the agency's answer, as if the school had
//! recorded it.

use chassis::desk::Desk;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Referral, ReferralDecision, ReferralId, Sending};
use crate::{
    case::{
        By, Case, Refusal,
        record::{Said, Stamp},
    },
    desk::allegation::BELOW,
    route::Contact,
};

/// The means by which a referral is put into the inbox of a desk on this platform.
pub const PORTAL: &str = "portal";

/// That a referral is in the inbox of a desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Portal {
    /// The desk, `front_door`.
    pub desk: String,
    /// Whom the desk rings.
    pub ring: String,
    /// What whoever sent it is called.
    pub sender: String,
    /// What the desk asked and the school answered, oldest first.
    pub messages: Vec<Message>,
    /// What the desk came to after it had taken it in, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// Whether the desk works something of its own that rests on it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken_in: bool,
}

/// What a desk came to of what was referred, beyond its answer to the referral: the outcome of an allegation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// One of the outcomes of an allegation, `below_threshold`, or `REOPENED`.
    pub outcome: String,
    /// What the school is told besides; may be empty.
    pub text: String,
    /// What whoever said so is called.
    pub name: String,
    /// When.
    pub at: OffsetDateTime,
}

/// The desk works it again: what it came to before holds no longer.
pub const REOPENED: &str = "reopened";

/// Something that was asked or answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Whether the desk asks.
    pub from_desk: bool,
    /// What.
    pub text: String,
    /// What whoever wrote it is called.
    pub name: String,
    /// Who, and when.
    pub stamp: Stamp,
}

impl Portal {
    /// The desk that a referral to an agency goes to by this means; none where it is sent otherwise.
    pub(super) fn of(contact: &Contact, sending: Sending<'_>) -> Option<Self> {
        let (ring, sender) = sending.from;
        (sending.means == PORTAL).then(|| Self {
            desk: contact.desk.clone(),
            ring: ring.to_owned(),
            sender: sender.to_owned(),
            messages: Vec::new(),
            findings: Vec::new(),
            taken_in: false,
        })
    }

    /// What proves that it arrived.
    pub(super) fn proof(&self) -> String {
        let desk = Desk::of(&self.desk).map_or("desk", Desk::words);
        format!("Put into the inbox of the {desk} on this platform")
    }
}

impl Referral {
    /// What the desk asked last and the school has not answered.
    pub fn asked(&self) -> Option<&Message> {
        self.portal.as_ref()?.messages.last().filter(|message| message.from_desk)
    }

    /// The desk in whose inbox it is; empty where it was sent otherwise.
    pub fn desk(&self) -> &str {
        self.portal.as_ref().map_or("", |portal| &portal.desk)
    }

    /// For whom it waits at the desk: `desk`, `school`, or nobody where empty.
    pub fn waits_for(&self) -> &'static str {
        match (self.waits(), self.asked()) {
            (false, _) => "",
            (true, Some(_)) => "school",
            (true, None) => "desk",
        }
    }

    /// When the desk last said something that the school has not answered, by going further or by closing the referral: what
    /// it decided, or what it came to; none where nothing of it waits for the school.
    pub fn unread(&self) -> Option<OffsetDateTime> {
        let portal = self.portal.as_ref()?;
        if self.withdrawn.is_some() || self.waits() {
            return None;
        }
        let decided = self.decision.iter().map(|decision| decision.at);
        let said = decided.chain(portal.findings.iter().map(|finding| finding.at)).max()?;
        self.end.as_ref().is_none_or(|end| end.stamp.at < said).then_some(said)
    }

    fn at_desk(&mut self) -> Result<&mut Portal, Refusal> {
        self.portal.as_mut().ok_or(Refusal::State("it was not put into a desk’s inbox: ring the agency"))
    }

    fn undecided(&self) -> Result<(), Refusal> {
        if self.decision.is_some() { Err(Refusal::State("the desk has decided")) } else { Ok(()) }
    }
}

/// How the designated officer stands to an allegation that a case referred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AtLado {
    /// They work it, or have not answered yet.
    Open,
    /// They hold that it was malicious or false, or that it does not meet the threshold.
    Untrue,
    /// They came to something else, or advised and keep nothing of their own.
    Otherwise,
}

impl Referral {
    /// How the designated officer stands to it; none where it is not in their inbox, or was taken back.
    fn at_lado(&self) -> Option<AtLado> {
        let portal = self.portal.as_ref().filter(|portal| Desk::of(&portal.desk) == Some(Desk::Lado))?;
        if self.withdrawn.is_some() {
            return None;
        }
        Some(match portal.findings.last() {
            Some(found) if found.outcome == REOPENED => AtLado::Open,
            Some(found) if matches!(found.outcome.as_str(), "malicious" | "false" | BELOW) => AtLado::Untrue,
            Some(_) => AtLado::Otherwise,
            None if portal.taken_in || self.waits() => AtLado::Open,
            // Taken on without an allegation of the desk's own, which may follow.
            None if self.decision.as_ref().is_some_and(|decision| decision.outcome == "accepted") => AtLado::Otherwise,
            None => return None,
        })
    }
}

impl Case {
    /// How the designated officer stands to each referral of this case that is in their inbox.
    fn at_lado(&self) -> impl Iterator<Item = AtLado> {
        self.referrals.iter().filter_map(Referral::at_lado)
    }

    /// Whether the designated officer works what the case referred, or has not answered it.
    pub fn open_at_lado(&self) -> bool {
        self.at_lado().any(|stands| stands == AtLado::Open)
    }

    /// Whether the designated officer does not hold otherwise than that the allegation is untrue: where they have it at their desk,
    /// the school's word alone is not enough.
    pub fn untrue_at_lado(&self) -> bool {
        self.at_lado().all(|stands| stands == AtLado::Untrue)
    }

    /// Refuses what only the desk says where the referral is in a desk's inbox.
    ///
    /// # Errors
    /// Where it is, or there is none.
    pub fn desk_does_not_answer(&mut self, id: &ReferralId) -> Result<(), Refusal> {
        if self.referral(id)?.portal.is_none() {
            return Ok(());
        }
        Err(Refusal::State("the desk itself says so, in its inbox: ring it"))
    }

    /// The desk has it.
    ///
    /// # Errors
    /// As where the school records it.
    pub fn acknowledge_at_desk(
        &mut self,
        by: By<'_>,
        name: &str,
        id: &ReferralId,
        (reference, text): (&str, String),
    ) -> Result<&Referral, Refusal> {
        self.referral(id)?.at_desk()?;
        self.acknowledge_referral(by, id, (reference, ""), text)?;
        let referral = self.referral(id)?;
        if let Some(said) = &mut referral.acknowledged {
            name.clone_into(&mut said.name);
        }
        Ok(referral)
    }

    /// The desk decided; `again` says why what it decided before does not hold, where it did.
    ///
    /// # Errors
    /// As where the school records it.
    pub fn decide_at_desk(
        &mut self,
        by: By<'_>,
        id: &ReferralId,
        decision: ReferralDecision,
        again: &str,
    ) -> Result<&Referral, Refusal> {
        self.referral(id)?.at_desk()?;
        match again.trim() {
            "" => self.decide_referral(by, id, decision),
            why => self.correct_decision(by, id, decision, why),
        }
    }

    /// What the desk came to, or that it works it again. A closed case keeps it too.
    ///
    /// # Errors
    /// Where the referral was taken back or sent otherwise.
    pub fn found_at_desk(&mut self, id: &ReferralId, finding: Finding) -> Result<(), Refusal> {
        self.referral(id)?.at_desk()?.findings.push(finding);
        Ok(())
    }

    /// The desk took it in, and works something of its own that rests on it. A closed case keeps it too.
    ///
    /// # Errors
    /// Where the referral was sent otherwise.
    pub fn take_in_at_desk(&mut self, id: &ReferralId) -> Result<(), Refusal> {
        self.referral(id)?.at_desk()?.taken_in = true;
        Ok(())
    }

    /// The desk asks something, or says what is missing.
    ///
    /// # Errors
    /// Where it decided, the case is closed, or the referral was sent otherwise.
    pub fn ask_at_desk(&mut self, by: By<'_>, name: &str, id: &ReferralId, text: String) -> Result<&Referral, Refusal> {
        self.working()?;
        let referral = self.referral(id)?;
        referral.undecided()?;
        let message = Message { from_desk: true, text, name: name.to_owned(), stamp: by.stamp() };
        referral.at_desk()?.messages.push(message);
        Ok(referral)
    }

    /// The school answers: the time for the desk's answer begins anew.
    ///
    /// # Errors
    /// Where nothing is asked, or the case is closed.
    pub fn answer_desk(&mut self, by: By<'_>, name: &str, id: &ReferralId, text: String) -> Result<&Referral, Refusal> {
        self.working()?;
        let referral = self.referral(id)?;
        referral.undecided()?;
        if referral.asked().is_none() {
            return Err(Refusal::State("the desk has asked nothing that is not answered"));
        }
        let message = Message { from_desk: false, text, name: name.to_owned(), stamp: by.stamp() };
        referral.at_desk()?.messages.push(message);
        if let Some(form) = &referral.form {
            referral.chase_at = form.answer.over(by.at);
        }
        Ok(referral)
    }

    /// Takes it out of the desk's inbox; the case keeps what was sent, and why it was taken back.
    ///
    /// # Errors
    /// Where the desk has said that it has it, asked about it, took it in, decided or came to something, the case is closed, or the
    /// referral was sent otherwise: what the desk does rests on it.
    pub fn withdraw_referral(&mut self, by: By<'_>, id: &ReferralId, reason: String) -> Result<&Referral, Refusal> {
        self.working()?;
        let referral = self.referral(id)?;
        let at_desk = referral.at_desk()?;
        let found = !at_desk.findings.is_empty();
        let begun = at_desk.taken_in || at_desk.messages.iter().any(|message| message.from_desk);
        referral.undecided()?;
        // What the desk came to stays with the desk, also while the school asks it to decide again.
        if found || referral.escalations.iter().any(|went| went.against.is_some()) {
            return Err(Refusal::State("the desk has decided on it before, and keeps what it decided: ring it"));
        }
        if begun || referral.acknowledged.is_some() {
            return Err(Refusal::State("the desk works on it, and keeps what its work rests on: ring it"));
        }
        referral.withdrawn = Some(Said::new(reason, by.stamp()));
        Ok(referral)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chassis::{clock::SystemClock, id::Ids};
    use time::{Duration, macros::datetime};

    use super::*;
    use crate::{
        procedure::{Pinned, Procedure},
        route::Rung,
    };

    #[test]
    fn what_a_desk_comes_to_after_a_referral_was_closed_is_disagreed_with() -> Result<(), Refusal> {
        let ids = Ids::new(Arc::new(SystemClock));
        let opened = datetime!(2026-11-24 09:00 UTC);
        let by = |days: i64| By {
            account_id: "acc_1",
            at: opened + Duration::days(days),
            lead: true,
            head: false,
            chair: false,
        };
        let procedure = Procedure { id: "P9".into(), title: "An allegation".into(), steps: Vec::new() };
        let policy = Pinned { procedures: vec![procedure.clone()], ..Pinned::default() };
        let mut case = Case::open(ids.next(), "sch_1", "2026-014".into(), &policy, &procedure, Vec::new(), opened);
        let id: ReferralId = ids.next();
        let text = String::new;
        let (desk, ring, sender) = ("lado".to_owned(), text(), text());
        let portal = Portal { desk, ring, sender, messages: Vec::new(), findings: Vec::new(), taken_in: false };
        let decision = ReferralDecision { outcome: "accepted".into(), text: text(), at: by(1).at, name: text() };
        case.referrals.push(Referral {
            decision: Some(decision),
            portal: Some(portal),
            ..Referral::made(id.clone(), ("lado", "The LADO".into()), by(0), opened)
        });
        let ladder = [Rung { key: "managers".into(), title: "The managers speak".into(), days: 2 }];
        case.close_referral(by(2), &id, "They take it on".into())?;
        let again = case.escalate_referral(by(3), &id, ("disagreement", "More risk".into()), &ladder);
        assert!(matches!(again, Err(Refusal::State(_))), "closed, and nothing was said since");
        case.found_at_desk(&id, Finding { outcome: REOPENED.into(), text: text(), name: text(), at: by(4).at })?;
        let went = case.escalate_referral(by(5), &id, ("disagreement", "More risk".into()), &ladder)?;
        assert_eq!((went.state(), went.earlier_ends.len(), went.escalations.len()), ("made", 1, 1));
        assert_eq!(went.unread(), None, "it waits for the desk");
        let back = case.withdraw_referral(by(6), &id, text());
        assert!(matches!(back, Err(Refusal::State(_))), "what the desk decided is not taken from it");
        Ok(())
    }
}
