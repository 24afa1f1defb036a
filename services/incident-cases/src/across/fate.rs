//! How something stands that is told only once whoever it goes to takes it: an invitation into a shared incident, a child's
//! file. Until then nobody was told anything.

use std::collections::HashMap;

use time::OffsetDateTime;

use crate::{
    custody::Disclosure,
    shared_incident::{Invitation, InvitationId},
    transfer::{RETURNS, Transfer, TransferId},
};

/// How it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// `told`, `waits`, `declined`, `taken_back`, `sent_back` or `passed_on`.
    pub state: &'static str,
    /// Since when; none where it is not known.
    pub at: Option<OffsetDateTime>,
    /// Why it was not taken, or was given back.
    pub reason: String,
}

impl Fate {
    fn new(state: &'static str, at: OffsetDateTime, reason: &str) -> Self {
        Self { state, at: Some(at), reason: reason.to_owned() }
    }

    /// Of an invitation whose answer another school has, which leads now.
    pub fn passed_on() -> Self {
        Self { state: "passed_on", at: None, reason: String::new() }
    }

    /// Of an invitation: whoever is invited reads from acceptance on.
    pub fn of_invitation(asked: &Invitation) -> Self {
        match &asked.answer {
            None => Self::new("waits", asked.sent_at, ""),
            Some(answer) if answer.accepted => Self::new("told", answer.at, ""),
            Some(answer) if answer.withdrawn => Self::new("taken_back", answer.at, &answer.reason),
            Some(answer) => Self::new("declined", answer.at, &answer.reason),
        }
    }

    /// Of a child's file: whoever it goes to reads from receipt on. None where it was not sent.
    pub fn of_transfer(transfer: &Transfer) -> Option<Self> {
        let sent = transfer.sent.as_ref()?;
        Some(match (&transfer.ended, &transfer.receipt) {
            (Some(ended), _) => {
                let back = RETURNS.contains(&ended.kind.as_str());
                Self::new(if back { "sent_back" } else { "taken_back" }, ended.who.at, &ended.reason)
            }
            (None, Some(receipt)) => Self::new("told", receipt.who.at, ""),
            (None, None) => Self::new("waits", sent.who.at, ""),
        })
    }
}

/// How what the register names stands, by the id of the invitation or transfer that it names.
pub fn fates(named: &[&str], asked: &[Invitation], transfers: &[Transfer]) -> HashMap<String, Fate> {
    let elsewhere = named.iter().filter(|id| id.parse::<InvitationId>().is_ok());
    let mut fates: HashMap<String, Fate> = elsewhere.map(|id| ((*id).to_owned(), Fate::passed_on())).collect();
    fates.extend(asked.iter().map(|one| (one.id.to_string(), Fate::of_invitation(one))));
    let transfers = transfers.iter().filter(|one| named.contains(&one.id.as_str()));
    fates.extend(transfers.filter_map(|one| Some((one.id.to_string(), Fate::of_transfer(one)?))));
    fates
}

/// Whether something in the register was told, as it stands on paper.
pub fn in_words(told: &Disclosure, fates: &HashMap<String, Fate>) -> &'static str {
    match (told.shared, fates.get(&told.item).map(|fate| fate.state)) {
        (false, _) => "No",
        (true, None | Some("told")) => "Yes",
        (true, Some("waits")) => "Not yet: it waits for an answer",
        (true, Some("declined")) => "No: it was declined",
        (true, Some("taken_back")) => "No: it was taken back",
        (true, Some("sent_back")) => "It was sent back",
        (true, Some(_)) => "Not known: the school that leads has the answer",
    }
}

/// Whether the register names something that has a fate.
pub fn has_one(item: &str) -> bool {
    item.parse::<InvitationId>().is_ok() || item.parse::<TransferId>().is_ok()
}
