//! Takes in that a feed's sender is there and has nothing to send. It marks a minute, so that doing it twice is as doing it
//! once; and since it comes by the minute, it makes no entry in the history.

use chassis::{
    caller::Caller,
    clock::timestamp,
    error::{Error, Result},
};
use proto::filtering_ingest::v1::{RecordHeartbeatRequest, RecordHeartbeatResponse};
use tonic::Request;

use super::convert;
use crate::{App, coverage::Hour, store};

pub(super) async fn record_heartbeat(
    app: &App,
    request: Request<RecordHeartbeatRequest>,
) -> Result<RecordHeartbeatResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let feed = store::feed::load(&tx, &request.feed_id).await?;
    if feed.ended_at.is_some() {
        store::closed::refuse(&tx, &feed.school_id).await?;
        return Err(Error::wrong_state("the feed is ended: nothing is expected of it"));
    }
    let now = tx.now();
    let mut hour = Hour::empty(convert::hour_start(now, false));
    hour.minutes.hear(now.minute());
    store::seen::add(&tx, &feed, &hour).await?;
    tx.silent();
    tx.commit().await?;
    Ok(RecordHeartbeatResponse { receive_time: Some(timestamp(now)) })
}
