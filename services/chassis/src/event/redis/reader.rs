//! One listener's reading of the stream: what it was given and did not finish, then news, and now and then what a
//! reader that is gone left behind.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ::redis::{
    AsyncCommands as _, RedisError,
    aio::MultiplexedConnection,
    streams::{StreamAutoClaimOptions, StreamAutoClaimReply, StreamId, StreamReadOptions, StreamReadReply},
};
use prost::Message as _;
use tracing::{info, warn};

use super::{CARRIED, FIELD, STREAM, TRIMMED};
use crate::event::{Envelope, Listener};

/// How long one read waits for news.
pub(super) const BLOCK: Duration = Duration::from_secs(2);
/// After how long another process takes over what one did not finish: longer than the slowest consumer.
const TAKE_OVER: Duration = Duration::from_secs(60);
/// How often that is looked for, however much news there is.
const LOOK: Duration = Duration::from_secs(10);

pub(super) struct Reader {
    pub(super) group: String,
    pub(super) name: String,
    pub(super) listener: Arc<dyn Listener>,
}

impl Reader {
    /// Makes the group, from the stream's beginning, where there is none.
    pub(super) async fn open(&self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        match connection.xgroup_create_mkstream::<_, _, _, ()>(STREAM, &self.group, "0").await {
            Err(e) if e.code() == Some("BUSYGROUP") => return Ok(()),
            other => other?,
        }
        // While there was no such group, nobody kept for it what the others had heard: every service sends again.
        if connection.exists(TRIMMED).await? {
            info!(group = self.group, "a new group of readers has everything sent again");
            connection.del::<_, ()>(CARRIED).await?;
        }
        Ok(())
    }

    pub(super) async fn run(&self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        self.pending(connection).await?;
        let options = StreamReadOptions::default()
            .group(&self.group, &self.name)
            .count(64)
            .block(usize::try_from(BLOCK.as_millis()).unwrap_or(2_000));
        let mut looked = Instant::now();
        loop {
            let reply: Option<StreamReadReply> = connection.xread_options(&[STREAM], &[">"], &options).await?;
            for entry in reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids) {
                self.take(connection, entry).await?;
            }
            if looked.elapsed() >= LOOK {
                self.take_over(connection).await?;
                looked = Instant::now();
            }
        }
    }

    /// What this reader was given before its connection broke.
    async fn pending(&self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        let options = StreamReadOptions::default().group(&self.group, &self.name).count(64);
        let mut after = "0".to_owned();
        loop {
            let reply: Option<StreamReadReply> = connection.xread_options(&[STREAM], &[&after], &options).await?;
            let entries: Vec<StreamId> =
                reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids).collect();
            let Some(last) = entries.last() else { return Ok(()) };
            after.clone_from(&last.id);
            for entry in entries {
                self.take(connection, entry).await?;
            }
        }
    }

    /// Takes over what a reader that is gone did not finish, to the end of the list.
    async fn take_over(&self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        let idle = usize::try_from(TAKE_OVER.as_millis()).unwrap_or(60_000);
        let mut from = "0-0".to_owned();
        loop {
            let options = StreamAutoClaimOptions::default().count(64);
            let reply: StreamAutoClaimReply =
                connection.xautoclaim_options(STREAM, &self.group, &self.name, idle, &from, options).await?;
            for entry in reply.claimed {
                self.take(connection, entry).await?;
            }
            if reply.next_stream_id == "0-0" {
                return Ok(());
            }
            from = reply.next_stream_id;
        }
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
