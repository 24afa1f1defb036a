//! Has the rejected lines of a feed read again, by the profile that it is set to now.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::filtering_ingest::v1::{ReplayRejectedLinesRequest, ReplayRejectedLinesResponse};
use tonic::Request;

use crate::{App, store};

pub(super) async fn replay_rejected_lines(
    app: &App,
    request: Request<ReplayRejectedLinesRequest>,
) -> Result<ReplayRejectedLinesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let feed = store::feed::load(&tx, &request.feed_id).await?;
    let (lines, _) = store::unread::held(&tx, feed.id.as_str()).await?;
    store::unread::look_again(&tx, feed.id.as_str()).await?;
    tx.record(Act::new("rejected_line.replay_asked", feed.id.as_str()).detail("lines", lines));
    let response = ReplayRejectedLinesResponse { lines };
    tx.answer(&response).await?;
    tx.commit().await?;
    app.bell.ring();
    Ok(response)
}
