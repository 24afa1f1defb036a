//! Work of the platform itself that is done in rounds: what is due is given out, and every hour what is old is forgotten.

use std::time::Duration;

use chassis::{
    caller::Scope,
    db::{Store, Tx},
    error::Result,
    serve::Shutdown,
};
use tracing::warn;

/// How often what is old is forgotten.
const SWEEP: Duration = Duration::from_secs(3600);

/// Somebody who gives out what is due.
pub trait Rounds: Send + Sync {
    /// What it gives out, for the log.
    const OF: &'static str;
    /// How often it looks.
    const EVERY: Duration;

    /// Gives out what is due now; answers how much was.
    ///
    /// # Errors
    /// Where it cannot be looked for.
    fn pass(&self) -> impl Future<Output = Result<usize>> + Send;

    /// Forgets what is old.
    ///
    /// # Errors
    /// Where it cannot be forgotten now.
    fn sweep(&self) -> impl Future<Output = Result<()>> + Send;
}

/// Makes rounds until shutdown.
pub async fn run<R: Rounds>(giver: R, mut shutdown: Shutdown) {
    let mut since_sweep = SWEEP;
    loop {
        tokio::select! {
            () = tokio::time::sleep(R::EVERY) => {}
            () = shutdown.wait() => return,
        }
        if let Err(error) = giver.pass().await {
            warn!(of = R::OF, %error, "what is due waits: it could not be looked for");
        }
        since_sweep += R::EVERY;
        if since_sweep >= SWEEP {
            since_sweep = Duration::ZERO;
            if let Err(error) = giver.sweep().await {
                warn!(of = R::OF, %error, "what is old is kept for now");
            }
        }
    }
}

/// A transaction of the platform itself, of which the history says nothing unless it is told.
///
/// # Errors
/// Where the database cannot be reached.
pub async fn begin(store: &Store) -> Result<Tx> {
    let mut tx = store.begin(&Scope::system(store.name())).await?;
    tx.silent();
    Ok(tx)
}
