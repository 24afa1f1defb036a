//! The bus between processes: one Redis stream, a consumer group per listener. Every listener reads on a connection of
//! its own, since a blocked read stalls whoever shares it. If the stream disappears, groups are made anew from its
//! beginning and the relays send everything again; inboxes see to it that nothing happens twice.

use std::{sync::Arc, time::Duration};

use ::redis::{
    AsyncCommands as _, AsyncConnectionConfig, Client, RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection},
    streams::{StreamAutoClaimOptions, StreamAutoClaimReply, StreamId, StreamReadOptions, StreamReadReply},
};
use prost::Message as _;
use tracing::{info, warn};

use super::{Bus, Envelope, Listener};
use crate::{
    error::{Error, Result},
    serve::Shutdown,
};

const STREAM: &str = "hedgerow:events";
const FIELD: &str = "e";
/// How long one read waits for news.
const BLOCK: Duration = Duration::from_secs(2);
/// After how long another process takes over what one did not finish: longer than the slowest consumer.
const TAKE_OVER: Duration = Duration::from_secs(60);
/// Pause after a fault.
const PAUSE: Duration = Duration::from_millis(500);

/// A bus over Redis Streams.
pub struct RedisBus {
    client: Client,
    connection: ConnectionManager,
    /// Names this process among the readers of a group.
    reader: String,
}

impl RedisBus {
    /// A bus over the Redis at `url`. It need not be there yet.
    ///
    /// # Errors
    /// `Invalid` where the address cannot be read.
    pub async fn new(url: &str, reader: impl Into<String>) -> Result<Self> {
        let client = Client::open(url)
            .map_err(|e| Error::invalid("redis.url", "Enter an address such as redis://127.0.0.1:6379").because(e))?;
        let config = ConnectionManagerConfig::new().set_response_timeout(Some(Duration::from_secs(2)));
        let connection = ConnectionManager::new_lazy_with_config(client.clone(), config).map_err(unavailable)?;
        Ok(Self { client, connection, reader: reader.into() })
    }

    async fn own_connection(&self) -> Result<MultiplexedConnection, RedisError> {
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(BLOCK * 3));
        self.client.get_multiplexed_async_connection_with_config(&config).await
    }
}

fn unavailable(source: RedisError) -> Error {
    Error::unavailable("the event bus cannot be reached just now").because(source)
}

#[tonic::async_trait]
impl Bus for RedisBus {
    async fn publish(&self, envelope: &Envelope) -> Result<()> {
        let mut connection = self.connection.clone();
        connection
            .xadd::<_, _, _, _, Option<String>>(STREAM, "*", &[(FIELD, envelope.encode_to_vec())])
            .await
            .map_err(unavailable)?;
        Ok(())
    }

    async fn lost(&self, service: &str) -> Result<bool> {
        let mut connection = self.connection.clone();
        let key = format!("hedgerow:carried:{service}");
        // The mark stands beside the stream: when it is gone, so is the stream.
        connection.set_nx(key, 1).await.map_err(unavailable)
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

struct Reader {
    group: String,
    name: String,
    listener: Arc<dyn Listener>,
}

impl Reader {
    /// Makes the group, from the stream's beginning, where there is none.
    async fn open(&self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        match connection.xgroup_create_mkstream::<_, _, _, ()>(STREAM, &self.group, "0").await {
            Err(e) if e.code() == Some("BUSYGROUP") => Ok(()),
            other => other,
        }
    }

    async fn run(&self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        // What this reader was given before a restart comes first, then news.
        self.pending(connection).await?;
        let options = StreamReadOptions::default()
            .group(&self.group, &self.name)
            .count(64)
            .block(usize::try_from(BLOCK.as_millis()).unwrap_or(2_000));
        loop {
            let reply: Option<StreamReadReply> = connection.xread_options(&[STREAM], &[">"], &options).await?;
            match reply {
                Some(reply) => {
                    for entry in reply.keys.into_iter().flat_map(|key| key.ids) {
                        self.take(connection, entry).await?;
                    }
                }
                None => self.take_over(connection).await?,
            }
        }
    }

    async fn pending(&self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        let options = StreamReadOptions::default().group(&self.group, &self.name).count(1000);
        let reply: Option<StreamReadReply> = connection.xread_options(&[STREAM], &["0"], &options).await?;
        for entry in reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids) {
            self.take(connection, entry).await?;
        }
        Ok(())
    }

    /// Takes over what a reader that is gone did not finish.
    async fn take_over(&self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        let idle = usize::try_from(TAKE_OVER.as_millis()).unwrap_or(60_000);
        let options = StreamAutoClaimOptions::default().count(64);
        let reply: StreamAutoClaimReply =
            connection.xautoclaim_options(STREAM, &self.group, &self.name, idle, "0", options).await?;
        for entry in reply.claimed {
            self.take(connection, entry).await?;
        }
        Ok(())
    }

    async fn take(&self, connection: &mut MultiplexedConnection, entry: StreamId) -> Result<(), RedisError> {
        let bytes: Option<Vec<u8>> = entry.get(FIELD);
        match bytes.map(|bytes| Envelope::decode(bytes.as_slice())) {
            Some(Ok(envelope)) => self.listener.deliver(envelope).await,
            _ => warn!(group = self.group, entry = entry.id, "an entry of the stream is no event"),
        }
        connection.xack::<_, _, _, ()>(STREAM, &self.group, &[entry.id]).await
    }
}
