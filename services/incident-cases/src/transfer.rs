//! A child's file is handed over to the next school: planned ahead of the move, due once the child has left, sent,
//! received by a named person, or taken or sent back. `clock` says by when, `contents` what goes, `labels` what others are called in it, `names` which names
//! are blacked out, `package` how both schools prove that nothing was changed. To and from schools outside the platform a file goes as a `document`, signed
//! and encrypted by `envelope`.

pub mod clock;
pub mod contents;
pub mod document;
pub mod envelope;
pub mod labels;
pub mod names;
pub mod package;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use crate::{
    case::{Refusal, record::Stamp},
    learner::{LearnerId, search::words},
};
use clock::Due;

chassis::id!(/** The handing over of a file. */ pub struct TransferId = "trf");
chassis::id!(/** What one school keeps of it for itself. */ pub struct PartId = "tpt");

/// Why a file is sent back.
pub const RETURNS: [&str; 3] = ["wrong_school", "wrong_child", "sent_in_error"];
/// It was taken back by whoever sent it, or, where nothing was sent, none goes.
pub const WITHDRAWN: &str = "withdrawn";
/// The child is on the roll again.
pub const BACK_ON_ROLL: &str = "back_on_roll";
/// What was still to be sent went along with another sending.
pub const SENT_ALONG: &str = "sent_along";
/// Nothing is owed to the next school any more: what made it due was taken back or is about somebody else.
pub const NOTHING_OWED: &str = "nothing_owed";
/// How a school outside the platform says that it has a file.
pub const MEANS: [&str; 4] = ["telephone", "in_person", "letter", "email"];
/// How many digits of a file's number are read out at least.
pub const READ_OUT_MIN: usize = 16;

/// The mark of a record that went for an earlier move: it goes anew, whatever is written in it.
pub const OWED_ANEW: u64 = u64::MAX;

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
    /// The school outside the platform that it goes to or came from.
    #[serde(default)]
    pub outside: Option<Outside>,
    /// How it came in from there; none where it goes out.
    #[serde(default)]
    pub import: Option<Import>,
    /// It is what somebody left behind who sent the file and may not know of all of it.
    #[serde(default)]
    pub rest: bool,
    /// It is of what was written after the child had left: its clock begins with the day on which it was begun.
    #[serde(default)]
    pub later: bool,
}

/// A school outside the platform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outside {
    /// Its name.
    pub name: String,
    /// Its unique reference number; empty where it has none.
    pub urn: String,
    /// Its address.
    pub address: String,
    /// Who there is to have the file.
    pub contact: String,
    /// Where they are rung.
    pub telephone: String,
}

/// Words that are left out, or added, as anybody writes the name of a school.
const COMMON: [&str; 8] = ["the", "and", "school", "academy", "primary", "secondary", "high", "community"];

impl Outside {
    /// Whether a school on the platform may be the one that is meant. The number decides where it was given. Names are
    /// written in many ways: those are equal that differ by no telling word.
    pub fn may_be(&self, name: &str, urn: &str) -> bool {
        if self.urn.is_empty() { telling(&self.name) == telling(name) } else { self.urn == urn }
    }
}

/// A school's name without what is common, run together: “St Mary’s C of E Primary” is “Saint Marys CofE Academy”.
fn telling(name: &str) -> String {
    let words: Vec<String> =
        words(name).into_iter().map(|word| if word == "saint" { "st".into() } else { word }).collect();
    let telling: String = words.iter().filter(|word| !COMMON.contains(&word.as_str())).map(String::as_str).collect();
    if telling.is_empty() { words.concat() } else { telling }
}

/// How a package came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// What its sender calls it: taken in once.
    pub package_id: String,
    /// The key that signed it is this installation's.
    pub own: bool,
    /// Who at the sending school read the key's fingerprint out.
    pub with: String,
    /// Who compared it here.
    pub who: Named,
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
    /// The signature of the manifest; of a package, of all of it.
    pub signature: String,
    /// What the key is known by that signed a package; empty between schools of the platform.
    #[serde(default)]
    pub fingerprint: String,
    /// Who and when.
    pub who: Named,
}

/// A file was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The SHA-256 of the manifest, reckoned anew from what arrived; outside the platform, as much of it as was read out.
    pub digest: String,
    /// Who and when.
    pub who: Named,
    /// How a school outside the platform said so, one of `MEANS`, and who recorded it.
    #[serde(default)]
    pub told: Option<(String, Named)>,
}

/// A transfer ended without the file staying where it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// One of `RETURNS`, `WITHDRAWN`, `BACK_ON_ROLL`, `SENT_ALONG` or `NOTHING_OWED`.
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
    /// How names were dealt with when it was sent.
    #[serde(default)]
    pub blackened: names::Blackened,
    /// What was kept about the child when it was sent, each record with a mark of what was written in it: what the next school
    /// has is not due again. Empty where nothing was sent; `OWED_ANEW` once the child is on the roll again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub went: BTreeMap<String, u64>,
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

impl Part {
    /// Whether what went, went for the move that the child makes: they were not on the roll again since.
    pub fn counts_for_the_move(&self) -> bool {
        self.went.values().any(|mark| *mark != OWED_ANEW)
    }

    /// The ids of the records of one kind that went, by how such ids begin.
    pub fn went_of<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.went.keys().map(String::as_str).filter(move |id| id.starts_with(prefix))
    }
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
            outside: None,
            import: None,
            rest: false,
            later: false,
        }
    }

    /// Whether it goes to a school outside the platform.
    pub fn goes_outside(&self) -> bool {
        self.outside.is_some() && self.import.is_none()
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

    /// Sends it back, received or not, where the receiving school is not the only one that has what is in it: the school that
    /// sent it keeps the records, or another confirmed receipt of the file from here.
    ///
    /// # Errors
    /// `State` where what was received is had by nobody else, or it was taken or sent back before.
    pub fn give_back_unless_last(&mut self, ended: Ended, had_elsewhere: bool) -> Result<(), Refusal> {
        if self.state() == "received" && !had_elsewhere {
            return Err(Refusal::State(
                "the school that sent this file no longer keeps all that is in it, and yours may be the last copy: send the file \
                 to the school that is to have it, or to the one that it came from, and send this one back once they have \
                 confirmed receipt",
            ));
        }
        self.give_back(ended)
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
            "sent" => Err(Refusal::State("the file is on its way already: take that file back first")),
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
            "withdrawn" => Err(Refusal::State("this file was taken back by the school that sent it")),
            _ => Err(Refusal::State("this file was sent back")),
        }
    }

    /// Takes down that a school outside the platform has the file. What they read out must be how the number of what was
    /// sent begins.
    ///
    /// # Errors
    /// `Field` where it is not; `State` where the file went to a school of the platform, or nobody waits for a receipt.
    pub fn told_received(
        &mut self,
        name: &str,
        at: OffsetDateTime,
        read_out: &str,
        told: (String, Named),
    ) -> Result<(), Refusal> {
        if !self.goes_outside() {
            return Err(Refusal::State("the other school is on the platform: it confirms receipt itself"));
        }
        let sent = self.sent.as_ref().map(|sent| sent.digest.as_str()).unwrap_or_default();
        let digits = self::read_out(read_out, sent)?;
        let who = Named { by: String::new(), name: name.to_owned(), at };
        self.receive(Receipt { digest: digits, who, told: Some(told) })
    }

    /// Says that no file goes: nothing is due any more.
    ///
    /// # Errors
    /// `State` where it was sent, or ended before.
    pub fn none_goes(&mut self, ended: Ended) -> Result<(), Refusal> {
        match self.state() {
            "planned" | "due" => {
                self.ended = Some(ended);
                Ok(())
            }
            "sent" => Err(Refusal::State("the file is on its way: take it back first")),
            _ => Err(Refusal::State("this transfer has ended")),
        }
    }

    /// Takes back what was sent, before it is received.
    ///
    /// # Errors
    /// `State` where nothing was sent, it was received, or ended before.
    pub fn take_back(&mut self, ended: Ended) -> Result<(), Refusal> {
        match self.state() {
            "sent" => {
                self.ended = Some(ended);
                Ok(())
            }
            "planned" | "due" => Err(Refusal::State("nothing was sent yet: say that no file goes, if none does")),
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
            "withdrawn" => Err(Refusal::State("this file was taken back by the school that sent it")),
            _ => Err(Refusal::State("this file was sent back already")),
        }
    }
}

/// Days from one to the other; 0 where the other is not later.
fn late(due: Date, until: Date) -> u32 {
    u32::try_from((until - due).whole_days()).unwrap_or_default()
}

/// The digits of a number that somebody read out.
///
/// # Errors
/// `Field` where they are too few, or are not how the number of what was sent begins.
pub fn read_out(read: &str, sent: &str) -> Result<String, Refusal> {
    let digits: String =
        read.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_lowercase()).collect();
    if digits.len() < READ_OUT_MIN {
        let fix = format!("Enter at least the first {READ_OUT_MIN} digits that they read out");
        return Err(Refusal::Field("digest", fix));
    }
    if !sent.starts_with(&digits) {
        let fix = "Ask them to read the number again: it is not that of the file that was sent. If they read the same, they \
                   have another file, or it was changed: make the file again";
        return Err(Refusal::Field("digest", fix.to_owned()));
    }
    Ok(digits)
}
