//! Waiting for one's turn. A turn that is not taken, or whose batch is done with, frees its place.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chassis::error::{Error, Result};
use tokio::sync::oneshot;

use crate::turns;

/// After how many seconds to send again what was too much.
const RETRY_S: u64 = 2;

/// The places in which batches are worked.
#[derive(Clone)]
pub(crate) struct Turns(Arc<Mutex<turns::Turns<oneshot::Sender<Turn>>>>);

/// A place, for as long as this is held.
pub(crate) struct Turn {
    /// Where the place is given back; none once it was.
    all: Option<Turns>,
    feed: String,
}

impl Turns {
    /// So many places.
    pub(crate) fn new(at_once: usize) -> Self {
        Self(Arc::new(Mutex::new(turns::Turns::new(at_once))))
    }

    /// Waits until a batch of so many bytes may be worked. `feed` names whose it is: never more than what the caller
    /// proved to be, so that nobody waits in another's place.
    ///
    /// # Errors
    /// `Exhausted` where as much of the feed is waiting as may.
    pub(crate) async fn take(&self, feed: &str, bytes: usize) -> Result<Turn> {
        let (ticket, called) = oneshot::channel();
        self.lock().wait(feed, bytes, ticket).map_err(|turns::Full| Error::too_many(RETRY_S))?;
        self.call();
        called.await.map_err(Error::internal)
    }

    /// Calls whoever may go now.
    fn call(&self) {
        loop {
            let Some((feed, ticket)) = self.lock().call() else { return };
            if let Err(mut turn) = ticket.send(Turn { all: Some(self.clone()), feed }) {
                // Nobody waits for it any more. Its place is given back here: its drop would call again, turn within turn.
                turn.all = None;
                self.lock().done(&turn.feed);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, turns::Turns<oneshot::Sender<Turn>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(all) = self.all.take() {
            all.lock().done(&self.feed);
            all.call();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_goes_away_leaves_the_place_to_the_next() -> Result<()> {
        let turns = Turns::new(1);
        let first = turns.take("a", 10).await?;
        let waiting = |feed: &'static str| {
            let turns = turns.clone();
            tokio::spawn(async move { turns.take(feed, 10).await.map(drop) })
        };
        let (gone, stays) = (waiting("b"), waiting("c"));
        tokio::task::yield_now().await;
        gone.abort();
        let _ = gone.await;
        drop(first);
        stays.await.map_err(Error::internal)??;
        drop(turns.take("a", 10).await?);
        Ok(())
    }
}
