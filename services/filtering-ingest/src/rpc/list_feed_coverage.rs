//! Lists how a school's feeds do against what is expected of them, those in trouble first.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::filtering_ingest::v1::{ListFeedCoverageRequest, ListFeedCoverageResponse};
use time::Duration;
use tonic::Request;

use super::convert;
use crate::{
    App,
    coverage::{look::DAYS, trouble::Kind},
    store::{self, coverage::Watched},
};

/// Where a feed stands in the list, as text that sorts so: the gravest trouble first, then by name.
fn place(watched: &Watched) -> String {
    let trouble = watched.coverage.troubles.first();
    let grave = trouble.and_then(|trouble| Kind::ALL.iter().position(|kind| *kind == trouble.kind));
    format!("{}\n{}\n{}", grave.unwrap_or(Kind::ALL.len()), watched.feed.name, watched.feed.id)
}

pub(super) async fn list_feed_coverage(
    app: &App,
    request: Request<ListFeedCoverageRequest>,
) -> Result<ListFeedCoverageResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    app.there_is(&caller, &request.school_id).await?;
    let mut tx = app.store.begin(&scope).await?;
    let year = store::coverage::year(&tx, &request.school_id).await?.unwrap_or_default();
    let (now, from) = (tx.now(), tx.now() - Duration::days(DAYS.into()));
    // What is wrong with a feed lies in its body, so that all are put in order before a page is cut.
    // Of a feed that ended nothing is expected.
    let mut known = store::coverage::feeds(&tx).await?;
    known.retain(|watched| watched.feed.ended_at.is_none());
    let mut feeds: Vec<(String, Watched)> = known.into_iter().map(|watched| (place(&watched), watched)).collect();
    feeds.sort_by(|(one, _), (other, _)| one.cmp(other));
    if let Some(after) = page.after() {
        feeds.retain(|(place, _)| place.as_str() > after);
    }
    let next_page_token = page.cut(&mut feeds, |(place, _)| place.clone());
    let mut coverage = Vec::with_capacity(feeds.len());
    for (_, watched) in &feeds {
        let hours = store::coverage::hours(&tx, watched.feed.id.as_str(), from).await?;
        coverage.push(convert::coverage(watched, &year, &hours, now));
    }
    tx.record(Act::new("coverage.listed", scope.account_text()).detail("count", coverage.len()));
    tx.commit().await?;
    Ok(ListFeedCoverageResponse { coverage, next_page_token })
}
