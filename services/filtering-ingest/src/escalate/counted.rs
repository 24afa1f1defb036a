//! Tells others how lines were accounted for: of each feed and hour every few seconds what came since, and not with every
//! batch, of which a busy feed has several a second. What is to be told commits with the batch it is of, so nothing is told
//! twice or lost, whoever ends in between.

use chassis::{caller::Scope, clock::timestamp, db::Store, error::Result, event::Event};
use proto::event::v1::FeedCounted;
use tracing::warn;

use super::own;
use crate::store::{self, untold::Untold};

/// Tells what there is to tell at every school; answers of how many feeds and hours that was.
///
/// # Errors
/// Where it cannot be looked for.
pub(crate) async fn pass(store: &Store) -> Result<u32> {
    let (mut told, mut after) = (0, None);
    loop {
        let mut tx = store.begin(&Scope::system(store.name())).await?;
        let some = store::untold::some(&tx, after.as_ref()).await?;
        tx.silent();
        tx.commit().await?;
        let Some(last) = some.last() else { return Ok(told) };
        after = Some((last.feed_id.clone(), last.hour_us));
        for untold in &some {
            match one(store, untold).await {
                Ok(true) => told += 1,
                Ok(false) => {}
                // The others are told of all the same; this one is tried again.
                Err(error) => warn!(feed.id = untold.feed_id, %error, "how lines were counted could not be told"),
            }
        }
    }
}

async fn one(store: &Store, untold: &Untold) -> Result<bool> {
    let mut tx = store.begin(&own(store, &untold.school_id)?).await?;
    // In the order of a batch: the feed first.
    let feed = store::feed::hold(&tx, &untold.feed_id).await?;
    let Some(counts) = store::untold::take(&tx, &untold.feed_id, untold.hour_us).await? else { return Ok(false) };
    let counted = FeedCounted {
        hour_time: store::moment(untold.hour_us).map(timestamp),
        received: counts.received,
        kept: counts.kept,
        folded: counts.folded,
        excepted: counts.excepted,
        noise: counts.noise,
        rejected: counts.rejected,
        alerts: counts.alerts,
        last_receive_time: store::feed::last_line(&tx, &untold.feed_id).await?.map(timestamp),
    };
    tx.announce(feed.id.as_str(), Event::FeedCounted(counted)).await?;
    // What came of the lines is in the history with their batch.
    tx.silent();
    tx.commit().await?;
    Ok(true)
}
