//! Carries a service's outbox to the bus. It looks for rows that were not published, never for rows after the last:
//! commits do not come in the order of their ids.

use std::{sync::Arc, time::Duration};

use prost::Message as _;
use sea_orm::{ConnectionTrait as _, Statement};
use tracing::warn;

use super::{Bus, Envelope};
use crate::{db::Store, error::Result, serve::Shutdown};

/// How often the relay looks when nobody rings.
const LOOK: Duration = Duration::from_millis(500);
/// Rows taken at a time.
const BATCH: i64 = 100;

/// Relays until shutdown, then once more.
pub async fn run(store: Store, bus: Arc<dyn Bus>, mut shutdown: Shutdown) {
    loop {
        if let Err(error) = relay(&store, bus.as_ref()).await {
            // Nothing is lost: the rows stay where they are.
            warn!(service = store.name(), %error, "events wait in the outbox");
        }
        tokio::select! {
            () = store.doorbell().notified() => {}
            () = tokio::time::sleep(LOOK) => {}
            () = shutdown.wait() => {
                let _ = relay(&store, bus.as_ref()).await;
                return;
            }
        }
    }
}

/// Publishes everything that waits, oldest first.
///
/// # Errors
/// Where the bus or the database cannot be reached; what was published is marked, the rest waits.
pub async fn relay(store: &Store, bus: &dyn Bus) -> Result<()> {
    let db = store.connection();
    let backend = db.get_database_backend();
    if bus.lost(store.name()).await? {
        let again = "UPDATE outbox SET published_us = NULL WHERE published_us IS NOT NULL";
        db.execute_raw(Statement::from_string(backend, again)).await?;
    }
    loop {
        let rows = db
            .query_all_raw(Statement::from_sql_and_values(
                backend,
                "SELECT event_id, envelope FROM outbox WHERE published_us IS NULL ORDER BY event_id LIMIT $1",
                [BATCH.into()],
            ))
            .await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let event_id: String = row.try_get("", "event_id")?;
            let envelope: Vec<u8> = row.try_get("", "envelope")?;
            let envelope = Envelope::decode(envelope.as_slice()).map_err(crate::error::Error::internal)?;
            bus.publish(&envelope).await?;
            let now = i64::try_from(store.clock().now().unix_timestamp_nanos() / 1_000).unwrap_or_default();
            db.execute_raw(Statement::from_sql_and_values(
                backend,
                "UPDATE outbox SET published_us = $1 WHERE event_id = $2",
                [now.into(), event_id.into()],
            ))
            .await?;
        }
    }
}
