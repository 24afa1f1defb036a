//! What keeps a record from being destroyed (rule RET-07): placed by one person, lifted by two.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::Class;
use crate::{
    case::{By, Case, record::Stamp},
    concern::Concern,
};

/// The hold that stands from the first on whatever touches sexual abuse (rule RET-02).
pub const BY_CLASS: &str = "by_class";
/// The hold that follows from the fact that the police need it.
pub const BY_POLICE: &str = "by_police_fact";

/// The hold that stands as long as somebody's request for what is kept about them is not answered.
pub const BY_REQUEST: &str = "by_access_request";

/// The hold that stands as long as the next school has not received a child's file.
pub const BY_TRANSFER: &str = "by_transfer";

/// The hold that stands as long as the designated officer works the allegation, or has not answered the referral.
pub const BY_LADO: &str = "by_lado";

/// Whom or what a record is held for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The police or a court.
    Police,
    /// An inquiry or an appeal.
    Inquiry,
    /// Somebody who asks for what is kept about them.
    Request,
    /// Another school that has not confirmed that it received the file.
    Transfer,
    /// A duty to keep it.
    Legal,
}

impl Kind {
    /// Every one, with its code.
    pub const ALL: [(&'static str, Self); 5] = [
        ("police", Self::Police),
        ("inquiry", Self::Inquiry),
        ("request", Self::Request),
        ("transfer", Self::Transfer),
        ("legal", Self::Legal),
    ];

    /// The one of a code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == code).map(|(_, kind)| kind)
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, kind)| *kind == self).map_or("", |(code, _)| code)
    }
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    /// Its id, `hld_…`; a word where it stands by itself.
    pub id: String,
    /// For whom or what.
    pub kind: Kind,
    /// Why; empty where it stands by itself.
    pub reason: String,
    /// Who and when; nobody where it stands by itself.
    pub stamp: Stamp,
    /// The two who lifted it, and why.
    pub lifted: Option<Lifted>,
}

/// A hold was lifted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lifted {
    /// Who asked, and when.
    pub asked: Stamp,
    /// Who agreed, and when.
    pub agreed: Stamp,
    /// Why.
    pub reason: String,
}

/// The hold of a request that is not answered; nobody lifts it, the answer does.
pub fn of_request(at: OffsetDateTime) -> Hold {
    let stamp = Stamp { by: String::new(), at };
    Hold { id: BY_REQUEST.to_owned(), kind: Kind::Request, reason: String::new(), stamp, lifted: None }
}

/// The hold of a file that is to be received elsewhere; nobody lifts it, the receipt does, or that no file goes.
pub fn of_transfer(at: OffsetDateTime) -> Hold {
    let stamp = Stamp { by: String::new(), at };
    Hold { id: BY_TRANSFER.to_owned(), kind: Kind::Transfer, reason: String::new(), stamp, lifted: None }
}

/// The holds of a record: those that were placed, and those that stand by themselves.
fn all(placed: &[Hold], of_itself: &[(bool, &str, Kind)], at: OffsetDateTime) -> Vec<Hold> {
    let by_itself = of_itself.iter().copied().filter(|(stands, id, _)| *stands && placed.iter().all(|h| h.id != **id));
    let hold = |(_, id, kind): (bool, &str, Kind)| Hold {
        id: id.to_owned(),
        kind,
        reason: String::new(),
        stamp: Stamp { by: String::new(), at },
        lifted: None,
    };
    by_itself.map(hold).chain(placed.iter().cloned()).collect()
}

impl Case {
    /// Every hold on it, those that were lifted among them.
    pub fn holds(&self) -> Vec<Hold> {
        let police = self.fact("police_hold") == Some("yes");
        let by_itself = [
            (self.class() == Class::SexualAbuse, BY_CLASS, Kind::Legal),
            (police, BY_POLICE, Kind::Police),
            (self.open_at_lado(), BY_LADO, Kind::Inquiry),
        ];
        all(&self.retention.holds, &by_itself, self.closing.as_ref().map_or(self.opened_at, |closing| closing.at))
    }
}

impl Concern {
    /// Every hold on it, those that were lifted among them.
    pub fn holds(&self) -> Vec<Hold> {
        let said = self.retention.sexual_abuse().is_some();
        all(&self.retention.holds, &[(said, BY_CLASS, Kind::Legal)], self.recorded_at)
    }
}

impl super::Retention {
    /// Holds the record. Whoever may read it may hold it: nothing is lost by a hold.
    pub fn hold(&mut self, by: By<'_>, id: &super::HoldId, kind: Kind, reason: String) {
        self.holds.push(Hold { id: id.to_string(), kind, reason, stamp: by.stamp(), lifted: None });
    }

    /// Lifts a hold that stands, placed or by itself.
    pub(super) fn lift(&mut self, standing: &[Hold], id: &str, lifted: Lifted) -> bool {
        let Some(hold) = standing.iter().find(|hold| hold.id == id) else { return false };
        match self.holds.iter_mut().find(|placed| placed.id == id) {
            Some(placed) => placed.lifted = Some(lifted),
            None => self.holds.push(Hold { lifted: Some(lifted), ..hold.clone() }),
        }
        true
    }
}
