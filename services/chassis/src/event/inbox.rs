//! Takes events in: each has its effect once, in the transaction that notes it was heard. What fails five times is a
//! dead letter; letters that failed because something was not there are tried again until it is.

use std::{sync::Arc, time::Duration};

use prost::Message as _;
use sea_orm::{ConnectionTrait as _, Statement};
use tracing::{Instrument as _, warn};

use super::{Consumer, Envelope, Listener};
use crate::{
    caller::Scope,
    db::Store,
    error::{Error, Kind, Result},
    serve::Shutdown,
    telemetry,
};

/// Tries before an event becomes a dead letter.
const TRIES: u32 = 5;
/// The pause after the first try; it doubles.
const PAUSE: Duration = Duration::from_millis(20);
/// How often dead letters are tried again.
const REDRIVE: Duration = Duration::from_secs(2);

/// The inbox of one consumer.
pub struct Inbox<C> {
    store: Store,
    consumer: C,
}

impl<C: Consumer> Inbox<C> {
    /// An inbox for `consumer` in the database of its service.
    pub fn new(store: Store, consumer: C) -> Arc<Self> {
        Arc::new(Self { store, consumer })
    }

    async fn heard(&self, event_id: &str) -> Result<bool> {
        let statement = Statement::from_sql_and_values(
            self.store.connection().get_database_backend(),
            "SELECT 1 FROM inbox WHERE consumer = $1 AND event_id = $2",
            [self.consumer.name().into(), event_id.into()],
        );
        Ok(self.store.connection().query_one_raw(statement).await?.is_some())
    }

    async fn take(&self, envelope: &Envelope) -> Result<()> {
        let wanted = envelope.event.as_ref().is_some_and(|event| self.consumer.wants(event));
        if !wanted || self.heard(&envelope.event_id).await? {
            return Ok(());
        }
        let prepared = self.consumer.prepare(envelope).await?;
        let mut tx = self.store.begin(&Scope::consumer(self.consumer.school(envelope), &envelope.event_id)).await?;
        let note = Statement::from_sql_and_values(
            tx.db().get_database_backend(),
            "INSERT INTO inbox (consumer, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [self.consumer.name().into(), envelope.event_id.clone().into()],
        );
        if tx.db().execute_raw(note).await?.rows_affected() == 0 {
            return Ok(());
        }
        tx.silent();
        self.consumer.consume(&mut tx, envelope, prepared).await?;
        tx.commit().await
    }

    async fn bury(&self, envelope: &Envelope, error: &Error) -> Result<()> {
        let now = i64::try_from(self.store.clock().now().unix_timestamp_nanos() / 1_000).unwrap_or_default();
        let statement = Statement::from_sql_and_values(
            self.store.connection().get_database_backend(),
            "INSERT INTO dead_letter (consumer, event_id, envelope, reason, time_us) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT DO NOTHING",
            [
                self.consumer.name().into(),
                envelope.event_id.clone().into(),
                envelope.encode_to_vec().into(),
                error.reason_name().into(),
                now.into(),
            ],
        );
        self.store.connection().execute_raw(statement).await?;
        Ok(())
    }

    /// Tries the dead letters again whose only fault was that something was not there.
    async fn redrive(&self) -> Result<()> {
        let db = self.store.connection();
        let backend = db.get_database_backend();
        let rows = db
            .query_all_raw(Statement::from_sql_and_values(
                backend,
                "SELECT event_id, envelope FROM dead_letter WHERE consumer = $1 AND reason = 'UNAVAILABLE' \
                 ORDER BY event_id LIMIT 100",
                [self.consumer.name().into()],
            ))
            .await?;
        for row in rows {
            let event_id: String = row.try_get("", "event_id")?;
            let envelope: Vec<u8> = row.try_get("", "envelope")?;
            let envelope = Envelope::decode(envelope.as_slice()).map_err(Error::internal)?;
            let (sql, reason) = match self.take(&envelope).await {
                Ok(()) => ("DELETE FROM dead_letter WHERE consumer = $1 AND event_id = $2", None),
                Err(error) => {
                    warn!(consumer = self.group(), %error, "a dead letter waits");
                    // The letters after it have their turn all the same.
                    let reason = error.reason_name();
                    ("UPDATE dead_letter SET reason = $3 WHERE consumer = $1 AND event_id = $2", Some(reason))
                }
            };
            let mut values = vec![self.consumer.name().into(), event_id.into()];
            values.extend(reason.map(sea_orm::Value::from));
            db.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
        }
        Ok(())
    }

    /// Tries dead letters again until shutdown.
    pub async fn tend(self: Arc<Self>, mut shutdown: Shutdown) {
        loop {
            tokio::select! {
                () = shutdown.wait() => return,
                () = tokio::time::sleep(REDRIVE) => {
                    if let Err(error) = self.redrive().await {
                        warn!(consumer = self.group(), %error, "dead letters wait");
                    }
                }
            }
        }
    }
}

#[tonic::async_trait]
impl<C: Consumer> Listener for Inbox<C> {
    fn group(&self) -> String {
        format!("{}.{}", self.store.name(), self.consumer.name())
    }

    async fn deliver(&self, envelope: Envelope) {
        let span = tracing::info_span!("consume", consumer = self.group(), event.id = envelope.event_id);
        telemetry::set_parent(&span, &envelope.traceparent);
        async {
            let mut pause = PAUSE;
            for attempt in 1..=TRIES {
                match self.take(&envelope).await {
                    Ok(()) => return,
                    // Nobody to wait for: the redrive tries again while other events go on.
                    Err(error) if attempt == TRIES || error.kind() == Kind::Unavailable => {
                        warn!(%error, attempt, "an event is kept as a dead letter");
                        while let Err(error) = self.bury(&envelope, &error).await {
                            warn!(%error, "a dead letter cannot be written yet");
                            tokio::time::sleep(Duration::from_secs(1)).await;
                        }
                        return;
                    }
                    Err(error) => {
                        warn!(%error, attempt, "an event is tried again");
                        tokio::time::sleep(pause).await;
                        pause *= 2;
                    }
                }
            }
        }
        .instrument(span)
        .await;
    }
}
