//! The bus between processes: one Redis stream, a consumer group per listener. Redis may lose any of it: the outbox
//! keeps the place each event was given, the relay sees which places are gone and sends those events again, and inboxes
//! see to it that nothing happens twice. What every group has acknowledged is trimmed, and no more.

mod place;
mod reader;

use std::{sync::Arc, time::Duration};

use ::redis::{
    AsyncCommands as _, AsyncConnectionConfig, Client, RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection},
    pipe,
    streams::{StreamInfoGroupsReply, StreamPendingReply, StreamRangeReply},
};
use prost::Message as _;
use tracing::info;

use super::{Bus, Carried, Envelope, Listener};
use crate::{
    error::{Error, Result},
    serve::Shutdown,
};
use place::Place;
use reader::{BLOCK, Reader};

/// The stream.
const STREAM: &str = "hedgerow:events";
/// Beside it, a field for each service whose events it was given: when that is gone, so is the stream.
const CARRIED: &str = "hedgerow:carried";
/// Beside it, the place up to which everything was heard by everybody and let go of.
const TRIMMED: &str = "hedgerow:trimmed";
/// The field of an entry that holds the event.
const FIELD: &str = "e";
/// Pause after a fault.
const PAUSE: Duration = Duration::from_millis(500);

/// A bus over Redis Streams.
pub struct RedisBus {
    client: Client,
    connection: ConnectionManager,
    /// Names this process among the readers of a group.
    reader: String,
}

/// Checks the address of a Redis, without reaching for it.
///
/// # Errors
/// `Invalid` where it cannot be read.
pub fn check(url: &str) -> Result<()> {
    client(url).map(|_| ())
}

fn client(url: &str) -> Result<Client> {
    Client::open(url)
        .map_err(|e| Error::invalid("redis_url", "Enter an address such as redis://127.0.0.1:6379").because(e))
}

impl RedisBus {
    /// A bus over the Redis at `url`. It need not be there yet.
    ///
    /// # Errors
    /// `Invalid` where the address cannot be read.
    pub async fn new(url: &str, reader: impl Into<String>) -> Result<Self> {
        let client = client(url)?;
        let config = ConnectionManagerConfig::new().set_response_timeout(Some(Duration::from_secs(2)));
        let connection = ConnectionManager::new_lazy_with_config(client.clone(), config).map_err(unavailable)?;
        Ok(Self { client, connection, reader: reader.into() })
    }

    /// A listener reads on a connection of its own, since a blocked read stalls whoever shares it.
    async fn own_connection(&self) -> Result<MultiplexedConnection, RedisError> {
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(BLOCK * 3));
        self.client.get_multiplexed_async_connection_with_config(&config).await
    }

    /// The lowest place that some group has yet to acknowledge; none where nobody listens.
    async fn heard_by_all(&self, connection: &mut ConnectionManager) -> Result<Option<Place>, RedisError> {
        let info: StreamInfoGroupsReply = match connection.xinfo_groups(STREAM).await {
            // There is no stream yet.
            Err(e) if e.code() == Some("ERR") => return Ok(None),
            other => other?,
        };
        let mut lowest = None;
        for group in info.groups {
            let mut heard = Place::read(&group.last_delivered_id);
            if group.pending > 0
                && let StreamPendingReply::Data(pending) = connection.xpending(STREAM, &group.name).await?
            {
                heard = heard.min(Place::read(&pending.start_id));
            }
            lowest = Some(lowest.map_or(heard, |lowest: Place| lowest.min(heard)));
        }
        Ok(lowest)
    }
}

fn unavailable(source: RedisError) -> Error {
    Error::unavailable("the event bus cannot be reached just now").because(source)
}

#[tonic::async_trait]
impl Bus for RedisBus {
    async fn publish(&self, envelope: &Envelope) -> Result<String> {
        let mut connection = self.connection.clone();
        let place: Option<String> =
            connection.xadd(STREAM, "*", &[(FIELD, envelope.encode_to_vec())]).await.map_err(unavailable)?;
        Ok(place.unwrap_or_default())
    }

    async fn lost(&self, service: &str) -> Result<bool> {
        let mut connection = self.connection.clone();
        connection.hset_nx(CARRIED, service, 1).await.map_err(unavailable)
    }

    async fn missing(&self, carried: &[Carried]) -> Result<Vec<bool>> {
        if carried.is_empty() {
            return Ok(Vec::new());
        }
        let mut connection = self.connection.clone();
        // Read first: what is let go of in between then counts as lost, and is heard twice rather than never.
        let trimmed: Option<String> = connection.get(TRIMMED).await.map_err(unavailable)?;
        let trimmed = trimmed.as_deref().map(Place::read).unwrap_or_default();
        let mut ask = pipe();
        for one in carried {
            ask.xrange(STREAM, &one.place, &one.place);
        }
        let found: Vec<StreamRangeReply> = ask.query_async(&mut connection).await.map_err(unavailable)?;
        let holds = |entries: &StreamRangeReply, one: &Carried| {
            let bytes = entries.ids.first().and_then(|entry| entry.get::<Vec<u8>>(FIELD));
            bytes
                .and_then(|bytes| Envelope::decode(bytes.as_slice()).ok())
                .is_some_and(|envelope| envelope.event_id == one.event_id)
        };
        let gone = |one: &Carried, entries| Place::read(&one.place) >= trimmed && !holds(entries, one);
        Ok(carried.iter().zip(&found).map(|(one, entries)| gone(one, entries)).collect())
    }

    async fn tidy(&self) -> Result<()> {
        let mut connection = self.connection.clone();
        let Some(heard) = self.heard_by_all(&mut connection).await.map_err(unavailable)? else { return Ok(()) };
        let trimmed: Option<String> = connection.get(TRIMMED).await.map_err(unavailable)?;
        if heard <= trimmed.as_deref().map(Place::read).unwrap_or_default() {
            return Ok(());
        }
        // The mark comes first: where Redis loses the end of what it did, it never has trimmed more than the mark says.
        let mut trim = pipe();
        trim.atomic().set(TRIMMED, heard.to_string()).ignore();
        trim.cmd("XTRIM").arg(STREAM).arg("MINID").arg("=").arg(heard.to_string()).ignore();
        trim.query_async(&mut connection).await.map_err(unavailable)
    }

    async fn subscribe(&self, listener: Arc<dyn Listener>, mut shutdown: Shutdown) {
        let reader = Reader { group: listener.group(), name: self.reader.clone(), listener };
        loop {
            let read = async {
                let mut connection = self.own_connection().await?;
                reader.open(&mut connection).await?;
                reader.run(&mut connection).await
            };
            tokio::select! {
                () = shutdown.wait() => return,
                ended = read => if let Err(e) = ended {
                    info!(group = reader.group, error = %e, "reading events again after a fault");
                    tokio::time::sleep(PAUSE).await;
                },
            }
        }
    }
}
