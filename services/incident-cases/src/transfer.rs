//! A child's file is handed over to the next school: planned ahead of the move, due once the child has left, sent,
//! received by a named person, or taken or sent back. `clock` says by when, `contents` what goes, `package` how both
//! schools prove that nothing was changed.

pub mod clock;
pub mod contents;
pub mod package;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use crate::{
    case::{Refusal, record::Stamp},
    learner::LearnerId,
};
use clock::Due;

chassis::id!(/** The handing over of a file. */ pub struct TransferId = "trf");
chassis::id!(/** What one school keeps of it for itself. */ pub struct PartId = "tpt");

/// Why a file is sent back.
pub const RETURNS: [&str; 3] = ["wrong_school", "wrong_child", "sent_in_error"];
/// It was taken back by whoever sent it, or none goes.
pub const WITHDRAWN: &str = "withdrawn";
/// The child is on the roll again.
pub const BACK_ON_ROLL: &str = "back_on_roll";

/// What both schools see of a transfer. It says nothing of the child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its id.
    pub id: TransferId,
    /// The school that hands over.
    pub from_school_id: String,
    /// The school that it goes to; empty while nothing is sent.
    pub to_school_id: String,
    /// When it was begun.
    pub created_at: OffsetDateTime,
    /// By when; none while the child is on the roll.
    pub due: Option<Due>,
    /// How it was sent.
    pub sent: Option<Sent>,
    /// How it was received.
    pub receipt: Option<Receipt>,
    /// How it was taken or sent back.
    pub ended: Option<Ended>,
    /// A school that has the child on its list; none where none is known.
    #[serde(default)]
    pub expected_at: Option<String>,
}

/// Who did something at whichever of the two schools, by name: the other school knows no accounts of this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The account; empty where it happened by itself.
    pub by: String,
    /// Their name.
    pub name: String,
    /// When.
    pub at: OffsetDateTime,
}

/// A file was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Whom to ring.
    pub contact: String,
    /// How many entries it has.
    pub items: u32,
    /// The SHA-256 of the manifest.
    pub digest: String,
    /// The signature of the manifest.
    pub signature: String,
    /// Who and when.
    pub who: Named,
}

/// A file was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The SHA-256 of the manifest, reckoned anew from what arrived.
    pub digest: String,
    /// Who and when.
    pub who: Named,
}

/// A transfer ended without the file staying where it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// One of `RETURNS`, `WITHDRAWN` or `BACK_ON_ROLL`.
    pub kind: String,
    /// Why, without names.
    pub reason: String,
    /// Who and when.
    pub who: Named,
}

/// What one school keeps of a transfer for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Its id.
    pub id: PartId,
    /// The transfer.
    pub transfer_id: TransferId,
    /// The school.
    pub school_id: String,
    /// The child on this school's roll.
    pub learner_id: LearnerId,
    /// What was decided on sharing ahead of the move, oldest first.
    #[serde(default)]
    pub advances: Vec<Advance>,
}

/// A decision on sharing ahead of the move (rule TRF-02).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advance {
    /// Whether anything is shared.
    pub share: bool,
    /// Why, and what is told whom.
    pub reason: String,
    /// Who and when.
    pub stamp: Stamp,
}

impl Transfer {
    /// One that nothing was sent of.
    pub fn new(id: TransferId, school: &str, due: Option<Due>, at: OffsetDateTime) -> Self {
        Self {
            id,
            from_school_id: school.to_owned(),
            to_school_id: String::new(),
            created_at: at,
            due,
            sent: None,
            receipt: None,
            ended: None,
            expected_at: None,
        }
    }

    /// `planned`, `due`, `sent`, `received`, `returned` or `withdrawn`.
    pub fn state(&self) -> &'static str {
        match (&self.ended, &self.receipt, &self.sent, &self.due) {
            (Some(ended), ..) if RETURNS.contains(&ended.kind.as_str()) => "returned",
            (Some(_), ..) => "withdrawn",
            (None, Some(_), ..) => "received",
            (None, None, Some(_), _) => "sent",
            (None, None, None, Some(_)) => "due",
            (None, None, None, None) => "planned",
        }
    }

    /// Whether somebody still has something to do.
    pub fn waits(&self) -> bool {
        matches!(self.state(), "planned" | "due" | "sent")
    }

    /// When it came to its end; none while it waits.
    pub fn settled_at(&self) -> Option<OffsetDateTime> {
        let ended = self.ended.as_ref().map(|ended| ended.who.at);
        ended.or_else(|| self.receipt.as_ref().map(|receipt| receipt.who.at))
    }

    /// Days that it was late, or is on a day; 0 where it is not.
    pub fn days_late(&self, now: OffsetDateTime) -> u32 {
        let day = |at: OffsetDateTime| chassis::clock::london(at).date();
        let until = day(self.settled_at().unwrap_or(now));
        self.due.as_ref().map_or(0, |due| late(due.on, until))
    }

    /// Sends it.
    ///
    /// # Errors
    /// `State` where it was sent before, or ended.
    pub fn send(&mut self, to: &str, sent: Sent) -> Result<(), Refusal> {
        match self.state() {
            "planned" | "due" => {
                to.clone_into(&mut self.to_school_id);
                self.sent = Some(sent);
                Ok(())
            }
            "sent" => Err(Refusal::State("the file is on its way already: withdraw that transfer first")),
            _ => Err(Refusal::State("this transfer has ended")),
        }
    }

    /// Confirms receipt.
    ///
    /// # Errors
    /// `State` where that was done before, or it was taken or sent back.
    pub fn receive(&mut self, receipt: Receipt) -> Result<(), Refusal> {
        match self.state() {
            "sent" => {
                self.receipt = Some(receipt);
                Ok(())
            }
            "received" => Err(Refusal::State("receipt was confirmed already")),
            "withdrawn" => Err(Refusal::State("the other school has taken this file back")),
            _ => Err(Refusal::State("this file was sent back")),
        }
    }

    /// Takes it back before it is received, or says that none goes.
    ///
    /// # Errors
    /// `State` where it was received, or ended before.
    pub fn withdraw(&mut self, ended: Ended) -> Result<(), Refusal> {
        match self.state() {
            "planned" | "due" | "sent" => {
                self.ended = Some(ended);
                Ok(())
            }
            "received" => {
                Err(Refusal::State("the other school has received the file: ring them, and ask them to send it back"))
            }
            _ => Err(Refusal::State("this transfer has ended")),
        }
    }

    /// Sends it back, received or not.
    ///
    /// # Errors
    /// `State` where it was taken or sent back before.
    pub fn give_back(&mut self, ended: Ended) -> Result<(), Refusal> {
        match self.state() {
            "sent" | "received" => {
                self.ended = Some(ended);
                Ok(())
            }
            "withdrawn" => Err(Refusal::State("the other school has taken this file back")),
            _ => Err(Refusal::State("this file was sent back already")),
        }
    }
}

/// Days from one to the other; 0 where the other is not later.
fn late(due: Date, until: Date) -> u32 {
    u32::try_from((until - due).whole_days()).unwrap_or_default()
}
