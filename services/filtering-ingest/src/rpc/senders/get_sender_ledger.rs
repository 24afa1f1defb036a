//! Answers how a sender's lines were accounted for, hour by hour.

use chassis::{caller::Caller, clock::timestamp, error::Result, history::Act, page::Page};
use proto::filtering_ingest::v1::{GetSenderLedgerRequest, GetSenderLedgerResponse, SenderHour};
use tonic::Request;

use super::place;
use crate::{App, rpc::convert::sender_counts, store};

pub(super) async fn get_sender_ledger(
    app: &App,
    request: Request<GetSenderLedgerRequest>,
) -> Result<GetSenderLedgerResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (sender, _) = store::sender::load(&tx, &request.school_id, &request.sender_id).await?;
    tx.record(Act::new("sender_ledger.read", sender.id.as_str()));
    tx.enter(&scope.of_sender(sender.id.as_str())).await?;
    let (hours, next) = store::sender::hours(&tx, sender.id.as_str(), &page).await?;
    let total = store::sender::total(&tx, sender.id.as_str()).await?;
    let refused_deliveries = store::refused::of(&tx, sender.id.as_str()).await?;
    tx.commit().await?;
    let hour = |(hour_us, counts)| SenderHour {
        hour_time: store::moment(hour_us).map(timestamp),
        counts: Some(sender_counts(counts)),
    };
    Ok(GetSenderLedgerResponse {
        total: Some(sender_counts(total)),
        hours: hours.into_iter().map(hour).collect(),
        next_page_token: next,
        refused_deliveries,
    })
}
