//! Signs the history while it grows.

use std::{sync::Arc, time::Duration};

use ed25519_dalek::SigningKey;
use sea_orm::{ConnectionTrait as _, Statement};
use tracing::warn;

use super::Shutdown;
use crate::{
    db::Store,
    error::Result,
    history::{checkpoint::Checkpoint, tree::Frontier},
};

/// How often a checkpoint is signed while the history grows.
const EVERY: Duration = Duration::from_secs(1);

/// Signs a checkpoint whenever the history has grown, until shutdown; the last one is signed once all is done.
pub(super) async fn run(store: Store, origin: String, key: Arc<SigningKey>, mut shutdown: Shutdown) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.wait() => return,
        }
        if let Err(error) = checkpoint(&store, &origin, &key).await {
            warn!(service = store.name(), %error, "a checkpoint could not be signed");
        }
    }
}

/// Signs the history as it stands, unless that was done.
///
/// # Errors
/// Where the database cannot be read or written.
pub async fn checkpoint(store: &Store, origin: &str, key: &SigningKey) -> Result<()> {
    let db = store.connection();
    let backend = db.get_database_backend();
    let head = Statement::from_string(
        backend,
        "SELECT size, frontier FROM history_head WHERE size > (SELECT COALESCE(MAX(size), 0) FROM checkpoint)",
    );
    let Some(row) = db.query_one_raw(head).await? else { return Ok(()) };
    let tree = Frontier::read(row.try_get("", "size")?, &row.try_get::<Vec<u8>>("", "frontier")?)?;
    let note = Checkpoint { origin: origin.to_owned(), size: tree.size(), root: tree.root() }.sign(key);
    let now = i64::try_from(store.clock().now().unix_timestamp_nanos() / 1_000).unwrap_or_default();
    db.execute_raw(Statement::from_sql_and_values(
        backend,
        "INSERT INTO checkpoint (size, time_us, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        [tree.size().into(), now.into(), note.into()],
    ))
    .await?;
    Ok(())
}
