//! Whom alerts about staff go to, and which user names at the filter are their own: so that nobody is told of themselves.

use std::collections::HashSet;

use chassis::text::user_name;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::alert::Here;

chassis::id!(/** Somebody whom alerts about staff go to. */ pub struct RecipientId = "rcp");

/// What somebody is to alerts about staff; whoever runs the network gets those of malware.
pub const OFFICES: [&str; 3] = ["lead", "head", "it"];
/// User names that one person can have.
pub const USERS_MOST: usize = 20;

/// Somebody whom alerts about staff go to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Its id.
    pub id: RecipientId,
    /// The school.
    pub school_id: String,
    /// Their account.
    pub account_id: String,
    /// What they are: any of `OFFICES`; none where they are told of nothing any more.
    pub offices: Vec<String>,
    /// Their user names at the filter; none where they use it under none.
    pub users: Vec<String>,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
    /// What the head says anew of themselves, until the chair says so, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Change>,
}

/// What somebody is to be, once it is confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Any of `OFFICES`, or none.
    pub offices: Vec<String>,
    /// The user names that are to be theirs.
    pub users: Vec<String>,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

impl Recipient {
    /// Takes in what is said of somebody. What takes a name or an office from whoever says it of themselves waits: what was
    /// said before holds beside it, so that nobody takes away alone what keeps alerts about them from them.
    #[must_use]
    pub fn said(before: Option<Self>, new: Self) -> Self {
        let Some(before) = before.filter(|_| new.account_id == new.by) else { return new };
        let named = |users: &[String], user: &str| users.iter().any(|known| user_name(known) == user_name(user));
        let users_lost = before.users.iter().filter(|user| !named(&new.users, user));
        let offices_lost = before.offices.iter().filter(|office| !new.offices.contains(office));
        let (users_lost, offices_lost): (Vec<_>, Vec<_>) =
            (users_lost.cloned().collect(), offices_lost.cloned().collect());
        if users_lost.is_empty() && offices_lost.is_empty() {
            return new;
        }
        let change = Change { offices: new.offices.clone(), users: new.users.clone(), by: new.by.clone(), at: new.at };
        let users = [new.users.as_slice(), &users_lost].concat();
        let mut offices = [new.offices.as_slice(), &offices_lost].concat();
        offices.sort();
        Self { users, offices, waiting: Some(change), ..new }
    }

    /// Whether somebody is the head, or is to be by what waits.
    pub fn of_head(&self) -> bool {
        self.waiting.is_some() || self.offices.iter().any(|office| office == "head")
    }
}

/// Whether a user name of somebody's is said to be another's already.
pub fn taken(recipients: &[Recipient], account_id: &str, users: &[String]) -> bool {
    let others = recipients.iter().filter(|recipient| recipient.account_id != account_id);
    let mut theirs = others.flat_map(|recipient| &recipient.users).map(|user| user_name(user));
    theirs.any(|user| users.iter().any(|own| user_name(own) == user))
}

/// Every user name that is somebody's own of them, without domain and in one case.
pub fn own(recipients: &[Recipient]) -> HashSet<String> {
    let users = recipients.iter().flat_map(|recipient| &recipient.users).map(|user| user_name(user));
    users.filter(|user| !user.is_empty()).collect()
}

/// Whom an alert about a member of staff is about, as far as it is one of those it could go to, and their account; empty
/// where it is nobody's of them.
pub fn here(recipients: &[Recipient], user: &str) -> (Here, String) {
    let (mut here, mut subject) = (Here::default(), String::new());
    let user = user_name(user);
    for recipient in recipients {
        let has = |office: &str| recipient.offices.iter().any(|o| o == office);
        here.lead_known |= has("lead");
        here.head_known |= has("head");
        if !user.is_empty() && recipient.users.iter().any(|own| user_name(own) == user) {
            here.about_lead |= has("lead");
            here.about_head |= has("head");
            here.about_it |= has("it");
            subject.clone_from(&recipient.account_id);
        }
    }
    (here, subject)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_user_name_is_known_however_the_product_writes_it() {
        let recipient = |account: &str, office: &str, user: &str| Recipient {
            id: chassis::id::Ids::new(Arc::new(chassis::clock::SystemClock)).next(),
            school_id: "sch".into(),
            account_id: account.into(),
            offices: vec![office.into()],
            users: vec![user.into()],
            by: "acc".into(),
            at: OffsetDateTime::UNIX_EPOCH,
            waiting: None,
        };
        let all = [recipient("acc_lead", "lead", "j.Doe"), recipient("acc_head", "head", "head1")];
        for user in ["j.doe", "J.DOE", "SCHOOL\\j.doe", "j.doe@school.example"] {
            let (here, subject) = here(&all, user);
            assert_eq!((here.about_lead, here.about_head, subject.as_str()), (true, false, "acc_lead"), "{user}");
        }
        for user in ["j.doer", "", "nobody"] {
            let (here, subject) = here(&all, user);
            assert_eq!((here.about_lead || here.about_head, here.lead_known, subject.as_str()), (false, true, ""));
        }
        let tech = [recipient("acc_it", "it", "k.vas")];
        assert_eq!(here(&tech, "SCHOOL\\K.Vas"), (Here { about_it: true, ..Here::default() }, "acc_it".to_owned()));
        assert_eq!(here(&[], "j.doe").0, Here::default());
    }
}
