//! States what a feed is expected to do, or goes back to what is learnt.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::filtering_ingest::v1::{SetFeedRhythmRequest, SetFeedRhythmResponse};
use time::Duration;
use tonic::Request;

use super::convert;
use crate::{
    App,
    coverage::{look::DAYS, rhythm::Rhythm},
    store,
};

pub(super) async fn set_feed_rhythm(
    app: &App,
    request: Request<SetFeedRhythmRequest>,
) -> Result<SetFeedRhythmResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let rhythm = convert::read_rhythm(&mut violations, request.rhythm.as_ref());
    violations.finish()?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut watched = store::coverage::feed(&tx, &request.feed_id).await?;
    let body = store::coverage::keep_rhythm(&tx, &watched.feed, rhythm.as_ref()).await?;
    let kind = match &rhythm {
        None => "learnt",
        Some(Rhythm::Every { .. }) => "every",
        Some(Rhythm::Daily { .. }) => "daily",
    };
    tx.record(Act::new("rhythm.stated", watched.feed.id.as_str()).detail("kind", kind).state("feed_rhythm", &body));
    watched.rhythm = rhythm;
    let year = store::coverage::year(&tx, &request.school_id).await?.unwrap_or_default();
    let from = tx.now() - Duration::days(DAYS.into());
    let hours = store::coverage::hours(&tx, &request.feed_id, from).await?;
    let coverage = convert::coverage(&watched, &year, &hours, tx.now());
    let response = SetFeedRhythmResponse { coverage: Some(coverage) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
