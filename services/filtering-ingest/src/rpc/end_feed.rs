//! Ends a feed that the school has no more: nothing is expected of it from that day on.

use chassis::{
    caller::Caller,
    clock::timestamp,
    db::{Once, Tx},
    error::{Error, Result},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::FeedCoverageChanged,
    filtering_ingest::v1::{EndFeedRequest, EndFeedResponse},
};
use tonic::Request;

use super::convert;
use crate::{
    App,
    coverage::trouble::Change,
    store::{self, feed::Feed},
};

pub(super) async fn end_feed(app: &App, request: Request<EndFeedRequest>) -> Result<EndFeedResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut feed = store::feed::hold(&tx, &request.feed_id).await?;
    if feed.ended_at.is_some() {
        return Err(Error::wrong_state("the feed is ended already"));
    }
    end(&mut tx, &mut feed).await?;
    let total = store::feed::total(&tx, feed.id.as_str()).await?;
    let received = store::profile::feed_received(&tx, &feed).await?;
    let response = EndFeedResponse { feed: Some(convert::feed(&feed, received, total)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}

/// Ends a feed that is held. What was wrong with it is over, and is told to be: nobody waits for it any more.
pub(crate) async fn end(tx: &mut Tx, feed: &mut Feed) -> Result<()> {
    feed.ended_at = Some(tx.now());
    let body = store::feed::update(tx, feed).await?;
    tx.record(Act::new("feed.ended", feed.id.as_str()).state("feed", &body));
    store::coverage::lock(tx, feed).await?;
    let mut coverage = store::coverage::feed(tx, feed.id.as_str()).await?.coverage;
    let over = std::mem::take(&mut coverage.troubles);
    for trouble in &over {
        coverage.changes.insert(0, Change { trouble: trouble.clone(), ended: true, at: tx.now() });
    }
    store::coverage::keep(tx, feed, Some(&coverage)).await?;
    let silent_feeds = u32::try_from(store::coverage::silent(tx).await?).unwrap_or(u32::MAX);
    let year = store::coverage::year(tx, &feed.school_id).await?.unwrap_or_default();
    for trouble in over.iter().filter(|trouble| trouble.kind.end_is_told()) {
        let event = FeedCoverageChanged {
            state: trouble.kind.as_str().to_owned(),
            ended: true,
            since_time: Some(timestamp(trouble.since)),
            silent_feeds,
            told: year.told.of(trouble.kind).to_vec(),
        };
        tx.announce(feed.id.as_str(), Event::FeedCoverageChanged(event)).await?;
    }
    Ok(())
}
