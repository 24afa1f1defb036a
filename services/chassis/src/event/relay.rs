//! Carries a service's outbox to the bus. It looks for rows that were not published, never for rows after the last:
//! commits do not come in the order of their ids. Before it sends more it sees whether the bus still has what it was
//! last given, so that a loss is never buried under news.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use prost::Message as _;
use sea_orm::{ConnectionTrait as _, Statement, Value};
use tracing::{info, warn};

use super::{Bus, Carried, Envelope};
use crate::{
    db::{Store, once},
    error::{Error, Result},
    serve::Shutdown,
};

/// How often the relay looks when nobody rings.
const LOOK: Duration = Duration::from_millis(500);
/// How often it sees what became of what it sent, when there is nothing to send.
const SEE: Duration = Duration::from_secs(5);
/// How often what everybody heard is let go of, and what is old leaves the outbox.
const TIDY: Duration = Duration::from_secs(60);
/// Rows taken at a time.
const BATCH: i64 = 100;
/// How many of the last rows are looked for on the bus: more than are sent between two looks.
const WINDOW: i64 = 2 * BATCH;

/// Relays until shutdown, then once more.
pub async fn run(store: Store, bus: Arc<dyn Bus>, mut shutdown: Shutdown) {
    let (mut seen, mut tidied): (Option<Instant>, Instant) = (None, Instant::now());
    loop {
        let see = seen.is_none_or(|seen| seen.elapsed() >= SEE);
        match pass(&store, bus.as_ref(), see).await {
            Ok(()) if see => seen = Some(Instant::now()),
            Ok(()) => {}
            // Nothing is lost: the rows stay where they are.
            Err(error) => warn!(service = store.name(), %error, "events wait in the outbox"),
        }
        if tidied.elapsed() >= TIDY {
            tidied = Instant::now();
            let tidy = async {
                bus.tidy().await?;
                sweep(&store).await?;
                once::sweep(&store).await
            };
            if let Err(error) = tidy.await {
                warn!(service = store.name(), %error, "what was carried is kept for now");
            }
        }
        tokio::select! {
            () = store.doorbell().notified() => {}
            () = tokio::time::sleep(LOOK) => {}
            () = shutdown.wait() => {
                let _ = pass(&store, bus.as_ref(), false).await;
                return;
            }
        }
    }
}

/// Publishes everything that waits, oldest first, and what the bus lost.
///
/// # Errors
/// Where the bus or the database cannot be reached; what was published is marked, the rest waits.
pub async fn relay(store: &Store, bus: &dyn Bus) -> Result<()> {
    pass(store, bus, true).await
}

async fn pass(store: &Store, bus: &dyn Bus, mut see: bool) -> Result<()> {
    let db = store.connection();
    let backend = db.get_database_backend();
    if bus.lost(store.name()).await? {
        let again = "UPDATE outbox SET published_us = NULL, place = NULL WHERE published_us IS NOT NULL";
        db.execute_raw(Statement::from_string(backend, again)).await?;
    }
    loop {
        if see {
            recover(store, bus).await?;
        }
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
        if !see {
            see = true;
            continue;
        }
        let mut carried = Vec::with_capacity(rows.len());
        let sent = async {
            for row in rows {
                let envelope: Vec<u8> = row.try_get("", "envelope")?;
                let envelope = Envelope::decode(envelope.as_slice()).map_err(Error::internal)?;
                carried.push(Carried { place: bus.publish(&envelope).await?, event_id: row.try_get("", "event_id")? });
            }
            Ok::<(), Error>(())
        };
        let sent = sent.await;
        // What the bus has is marked, whatever became of the rest. Where that is not done, it is sent again, and known again.
        mark(store, &carried).await?;
        sent?;
    }
}

/// Marks as published what the bus was given, in one statement: each would wait for the disk on its own.
async fn mark(store: &Store, carried: &[Carried]) -> Result<()> {
    if carried.is_empty() {
        return Ok(());
    }
    let mut values: Vec<Value> = vec![now(store).into()];
    let (mut places, mut these) = (String::new(), Vec::with_capacity(carried.len()));
    for Carried { place, event_id } in carried {
        for value in [event_id, place, event_id] {
            values.push(value.as_str().into());
        }
        let last = values.len();
        places.push_str(&format!(" WHEN ${} THEN ${}", last - 2, last - 1));
        these.push(format!("${last}"));
    }
    let these = these.join(", ");
    let sql =
        format!("UPDATE outbox SET published_us = $1, place = CASE event_id{places} END WHERE event_id IN ({these})");
    let db = store.connection();
    db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await?;
    Ok(())
}

fn now(store: &Store) -> i64 {
    i64::try_from(store.clock().now().unix_timestamp_nanos() / 1_000).unwrap_or_default()
}

/// Marks as unpublished what the bus was given and lost: the end of its stream, cut off by a crash or a failover. It
/// walks back from the newest row until a whole window is there.
async fn recover(store: &Store, bus: &dyn Bus) -> Result<()> {
    let db = store.connection();
    let backend = db.get_database_backend();
    let mut there = 0_i64;
    loop {
        let rows = db
            .query_all_raw(Statement::from_sql_and_values(
                backend,
                "SELECT event_id, place FROM outbox WHERE published_us IS NOT NULL AND place <> '' \
                 ORDER BY published_us DESC, event_id DESC LIMIT $1 OFFSET $2",
                [WINDOW.into(), there.into()],
            ))
            .await?;
        let carried: Vec<Carried> = rows
            .iter()
            .map(|row| Ok(Carried { place: row.try_get("", "place")?, event_id: row.try_get("", "event_id")? }))
            .collect::<Result<_>>()?;
        let missing = bus.missing(&carried).await?;
        let gone: Vec<&Carried> = carried.iter().zip(&missing).filter(|(_, gone)| **gone).map(|(one, _)| one).collect();
        if gone.is_empty() {
            return Ok(());
        }
        info!(service = store.name(), events = gone.len(), "the bus lost events: they are sent again");
        for one in &gone {
            let again = "UPDATE outbox SET published_us = NULL, place = NULL WHERE event_id = $1";
            db.execute_raw(Statement::from_sql_and_values(backend, again, [one.event_id.clone().into()])).await?;
        }
        there += i64::try_from(carried.len() - gone.len()).unwrap_or_default();
    }
}

/// Lets go of events that were carried longer ago than they are kept for. The last event of each thing stays, since the
/// next one's number follows from it.
///
/// # Errors
/// Where the database cannot be reached.
pub async fn sweep(store: &Store) -> Result<()> {
    let Some(keep) = store.keep_events() else { return Ok(()) };
    let db = store.connection();
    let before = now(store) - i64::try_from(keep.as_micros()).unwrap_or(i64::MAX);
    loop {
        let swept = db
            .execute_raw(Statement::from_sql_and_values(
                db.get_database_backend(),
                "DELETE FROM outbox WHERE event_id IN (SELECT o.event_id FROM outbox o WHERE o.published_us < $1 AND \
                 EXISTS (SELECT 1 FROM outbox n WHERE n.aggregate_id = o.aggregate_id \
                 AND n.aggregate_seq > o.aggregate_seq) LIMIT 1000)",
                [before.into()],
            ))
            .await?;
        if swept.rows_affected() == 0 {
            return Ok(());
        }
    }
}
