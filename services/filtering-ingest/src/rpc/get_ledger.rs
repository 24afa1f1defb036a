//! Answers how a feed's lines were accounted for, hour by hour.

use chassis::{caller::Caller, clock::timestamp, error::Result, history::Act, page::Page};
use proto::filtering_ingest::v1::{GetLedgerRequest, GetLedgerResponse, HourCounts};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_ledger(app: &App, request: Request<GetLedgerRequest>) -> Result<GetLedgerResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let feed = store::feed::load(&tx, &request.feed_id).await?;
    let (hours, total, next) = store::feed::hours(&tx, feed.id.as_str(), &page).await?;
    let refused_deliveries = store::refused::of(&tx, feed.id.as_str()).await?;
    tx.record(Act::new("ledger.read", feed.id.as_str()));
    tx.commit().await?;
    let hour = |(hour_us, counts)| HourCounts {
        hour_time: store::moment(hour_us).map(timestamp),
        counts: Some(convert::counts(counts)),
    };
    Ok(GetLedgerResponse {
        total: Some(convert::counts(total)),
        hours: hours.into_iter().map(hour).collect(),
        next_page_token: next,
        refused_deliveries,
    })
}
