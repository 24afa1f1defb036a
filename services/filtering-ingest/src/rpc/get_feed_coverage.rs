//! Answers how one feed does against what is expected of it, and how it did.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::filtering_ingest::v1::{GetFeedCoverageRequest, GetFeedCoverageResponse};
use time::Duration;
use tonic::Request;

use super::convert;
use crate::{App, coverage::look::DAYS, store};

pub(super) async fn get_feed_coverage(
    app: &App,
    request: Request<GetFeedCoverageRequest>,
) -> Result<GetFeedCoverageResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let watched = store::coverage::feed(&tx, &request.feed_id).await?;
    let year = store::coverage::year(&tx, &request.school_id).await?.unwrap_or_default();
    let from = tx.now() - Duration::days(DAYS.into());
    let hours = store::coverage::hours(&tx, &request.feed_id, from).await?;
    tx.record(Act::new("coverage.read", watched.feed.id.as_str()));
    let now = tx.now();
    tx.commit().await?;
    Ok(GetFeedCoverageResponse {
        coverage: Some(convert::coverage(&watched, &year, &hours, now)),
        usual_hours: convert::usual_hours(&watched, &year),
        changes: watched.coverage.changes.iter().map(convert::change).collect(),
    })
}
