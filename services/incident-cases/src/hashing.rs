//! Passphrases of files are hashed many times over, so that nobody can try many of them. That keeps a core busy for up to
//! seconds: it is done off the async threads and only a few at a time, however many ask.

use std::{sync::Arc, time::Duration};

use chassis::error::{Error, Result};
use tokio::sync::Semaphore;

/// How many are worked at once: each takes a core.
const AT_ONCE: usize = 2;
/// How long one waits for its turn, less than any caller waits for an answer.
const TURN: Duration = Duration::from_secs(20);

/// Works what hashes a passphrase.
#[derive(Clone)]
pub(crate) struct Hashing {
    turns: Arc<Semaphore>,
    turn: Duration,
}

impl Default for Hashing {
    fn default() -> Self {
        Self::new(AT_ONCE, TURN)
    }
}

impl Hashing {
    fn new(at_once: usize, turn: Duration) -> Self {
        Self { turns: Arc::new(Semaphore::new(at_once)), turn }
    }

    /// Works it when its turn comes. No transaction is to be open meanwhile. Whoever stops waiting for an answer gives the
    /// turn back only once the work is done.
    ///
    /// # Errors
    /// `Exhausted` where too many wait.
    pub(crate) async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = tokio::time::timeout(self.turn, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| Error::too_many(5))?.map_err(Error::internal)?;
        let work = move || {
            let _turn = turn;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[tokio::test]
    async fn no_more_are_hashed_at_once_than_may_be() -> Result<()> {
        let hashing = Hashing::new(1, Duration::from_millis(20));
        let ((begun, begins), (end, ends)) = (channel::<()>(), channel::<()>());
        let long = tokio::spawn({
            let hashing = hashing.clone();
            async move { hashing.work(move || (begun.send(()), ends.recv()).1.is_ok()).await }
        });
        tokio::task::spawn_blocking(move || begins.recv()).await.map_err(Error::internal)?.map_err(Error::internal)?;
        let refused = hashing.work(|| ()).await.err().map(|error| error.reason_name());
        assert_eq!(refused, Some("TOO_MANY_TRIES"), "its turn does not come");
        end.send(()).map_err(Error::internal)?;
        assert!(long.await.map_err(Error::internal)??);
        hashing.work(|| ()).await
    }
}
