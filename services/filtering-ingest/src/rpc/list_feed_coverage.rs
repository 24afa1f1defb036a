//! Lists how a school's feeds do against what is expected of them, those in trouble first.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::filtering_ingest::v1::{ListFeedCoverageRequest, ListFeedCoverageResponse};
use time::Duration;
use tonic::Request;

use super::convert;
use crate::{App, coverage::look::DAYS, store};

/// Feeds of one answer.
const MOST: usize = 1000;

pub(super) async fn list_feed_coverage(
    app: &App,
    request: Request<ListFeedCoverageRequest>,
) -> Result<ListFeedCoverageResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    app.there_is(&caller, &request.school_id).await?;
    let mut tx = app.store.begin(&scope).await?;
    let year = store::coverage::year(&tx, &request.school_id).await?.unwrap_or_default();
    let (now, from) = (tx.now(), tx.now() - Duration::days(DAYS.into()));
    let mut feeds = store::coverage::feeds(&tx).await?;
    feeds.truncate(MOST);
    let mut coverage = Vec::with_capacity(feeds.len());
    for watched in &feeds {
        let hours = store::coverage::hours(&tx, watched.feed.id.as_str(), from).await?;
        coverage.push(convert::coverage(watched, &year, &hours, now));
    }
    let gravest = |watched: &store::coverage::Watched| watched.coverage.troubles.first().map(|trouble| trouble.kind);
    let mut order: Vec<usize> = (0..feeds.len()).collect();
    order.sort_by_key(|place| feeds.get(*place).map(|watched| (gravest(watched).is_none(), gravest(watched))));
    let coverage = order.into_iter().filter_map(|place| coverage.get(place).cloned()).collect();
    tx.record(Act::new("coverage.listed", scope.account_text()).detail("count", feeds.len()));
    tx.commit().await?;
    Ok(ListFeedCoverageResponse { coverage })
}
