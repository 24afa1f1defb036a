//! How the lines of a sender were accounted for, every hour of it.

use axum::extract::{Path, Query};
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{GetSenderLedgerRequest, GetSenderLedgerResponse, SenderHour},
};
use serde::Serialize;

use super::{Turned, Which, at, beneath, fetch as sender_of, sum};
use crate::{
    console::visit::{Answer, Visit, ask, heard},
    pages::{
        Page,
        part::{Head, Pager},
        words,
    },
};

/// Hours of one page.
const SHOWN: i32 = 200;

/// One hour of the ledger.
#[derive(Debug, Serialize)]
pub(super) struct Hour {
    hour: String,
    received: String,
    observations: String,
    refused: String,
    duplicate: String,
    waiting: String,
}

impl Hour {
    /// An hour as a table shows it.
    pub(super) fn new(hour: &SenderHour) -> Self {
        let (counts, n) = (hour.counts.unwrap_or_default(), words::number);
        Self {
            hour: words::stamp(hour.hour_time.as_ref()).unwrap_or_default(),
            received: n(counts.received),
            observations: n(counts.observations),
            refused: n(counts.refused),
            duplicate: n(counts.duplicate),
            waiting: n(counts.quarantined),
        }
    }
}

/// The ledger of a sender, a page of its hours.
#[derive(Debug, Serialize)]
pub struct LedgerPage {
    head: Head,
    sum: String,
    hours: Vec<Hour>,
    pager: Pager,
}

impl LedgerPage {
    fn new(ledger: &GetSenderLedgerResponse, head: Head, pager: Pager) -> Self {
        Self {
            head,
            sum: sum(&ledger.total.unwrap_or_default()),
            hours: ledger.hours.iter().map(Hour::new).collect(),
            pager,
        }
    }
}

impl Page for LedgerPage {
    const TEMPLATE: &'static str = "sender_ledger.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let head = || {
            Head::new("Ledger of a sender", vec![crate::pages::part::Link::new("Home", "/")])
                .of("Filter of the <county>")
        };
        let counts = super::sample().counts;
        let hours = vec![SenderHour { hour_time: None, counts }];
        let full = GetSenderLedgerResponse { total: counts, hours, ..Default::default() };
        let none = GetSenderLedgerResponse::default();
        vec![
            Self::new(&full, head(), Pager::new("/x", &[], "this", "next")),
            Self::new(&none, head(), Pager::default()),
        ]
    }
}

/// A page of a sender's ledger, the newest hours first.
///
/// # Errors
/// Where that cannot be asked for.
pub(super) async fn fetch(
    visit: &Visit,
    sender_id: &str,
    page_size: i32,
    page_token: &str,
) -> Result<GetSenderLedgerResponse, Error> {
    let asked = GetSenderLedgerRequest {
        school_id: visit.school.clone(),
        sender_id: sender_id.to_owned(),
        page_size,
        page_token: page_token.to_owned(),
    };
    heard(visit.senders()?.get_sender_ledger(ask(asked))).await
}

/// Shows it.
pub async fn show(visit: Visit, Path(which): Path<Which>, Query(turned): Query<Turned>) -> Answer {
    visit.needs(Permission::SenderManage)?;
    let sender = sender_of(&visit, &which).await?;
    let ledger = fetch(&visit, &sender.sender_id, SHOWN, &turned.page_token).await?;
    let here = at(&visit, &format!("/{}/ledger", sender.sender_id));
    let head = Head::new("Ledger of a sender", beneath(&visit, &sender)).of(sender.name.clone());
    let pager = Pager::new(&here, &[], &turned.page_token, &ledger.next_page_token);
    visit.page(&LedgerPage::new(&ledger, head, pager))
}
