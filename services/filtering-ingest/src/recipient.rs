//! Whom alerts about staff go to, and which user names at the filter are their own: so that nobody is told of themselves.

use std::collections::HashSet;

use chassis::text::user_name;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::alert::Here;

chassis::id!(/** Somebody whom alerts about staff go to. */ pub struct RecipientId = "rcp");

/// What somebody is to alerts about staff.
pub const OFFICES: [&str; 2] = ["lead", "head"];
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
    /// What they are: one or both of `OFFICES`; none where they are told of nothing any more.
    pub offices: Vec<String>,
    /// Their user names at the filter; none where they use it under none.
    pub users: Vec<String>,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
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
        assert_eq!(here(&[], "j.doe").0, Here::default());
    }
}
