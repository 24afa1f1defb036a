//! Figures that another release counted are counted anew by themselves, beside everything else: the old ones are answered meanwhile, and
//! pages say so. Processes that begin at once go on with one count.

use std::time::Duration;

use chassis::{caller::Scope, db::Store, error::Result, history::Act, serve::Shutdown};
use tracing::warn;

use crate::store::{self, rebuild::Step};

/// Events counted in one transaction: while it lasts, no event is heard.
const BATCH: u32 = 1_000;
/// Between two of them events are heard.
const PAUSE: Duration = Duration::from_millis(20);
/// How often it looks whether other code has counted some of the figures since.
const EVERY: Duration = Duration::from_secs(60);

/// Looks when the process begins, and then until shutdown.
pub(crate) async fn run(store: Store, mut shutdown: Shutdown) {
    let mut begins = true;
    loop {
        match pass(&store, begins, &shutdown).await {
            Ok(()) => begins = false,
            Err(error) => warn!(service = store.name(), %error, "figures could not be counted anew"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.wait() => return,
        }
    }
}

/// Counts anew until there is nothing left to count.
async fn pass(store: &Store, begins: bool, shutdown: &Shutdown) -> Result<()> {
    while !shutdown.is_said() {
        let mut tx = store.begin(&Scope::system(store.name())).await?;
        let step = store::rebuild::renew(&tx, BATCH, begins).await?;
        match step {
            Some(Step { counted, changed: Some(changed), .. }) => {
                tx.record(Act::new("figures.rebuilt", "figures").detail("events", counted).detail("changed", changed));
            }
            _ => tx.silent(),
        }
        tx.commit().await?;
        if step.is_none() {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
