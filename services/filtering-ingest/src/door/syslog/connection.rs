//! One connection of a sender's: messages become lines, lines become batches, and nothing is read while one is being taken
//! in.

use std::{sync::Arc, time::Duration};

use chassis::{
    access::Access,
    caller::Caller,
    error::{Error, Kind, Result},
    serve::Shutdown,
};
use proto::{contract, filtering_ingest::v1::IngestLinesRequest};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::{Instant, timeout},
};
use tracing::{info, warn};

use super::{
    Door,
    frame::{Framer, Left},
};
use crate::{
    App,
    door::{Beyond, routed},
    sender::Sender,
};

/// The rpc that a connection stands in for: what may be done over it is what a sender may do there.
const RPC: &str = "/hedgerow.filtering_ingest.v1.FilteringIngest/IngestLines";
/// Bytes read at once.
const PIECE: usize = 16 << 10;
/// How many bytes of lines make a batch.
const BATCH: usize = 128 << 10;
/// How long a line waits for others to go with it.
const WAIT: Duration = Duration::from_millis(250);
/// How long what has arrived already is still read once the process is to end.
const LAST: Duration = Duration::from_secs(1);
/// After how long what could not be taken in is tried again, at first and at most.
const AGAIN: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));
/// How often it is tried where the service says no more than that something is wrong, as a database that goes away in the
/// middle of a statement does: for most of a minute.
const TRIES: u32 = 12;
/// How long it is tried once the process is to end.
const GIVE_UP: Duration = Duration::from_secs(4);

/// One connection.
pub(super) struct Connection {
    app: App,
    access: Arc<Access>,
    sender_id: String,
    delivery_id: String,
    idle: Duration,
    message: Duration,
    shutdown: Shutdown,
    framer: Framer,
    lines: Vec<u8>,
    /// How many lines are waiting.
    count: u64,
    next_line: u64,
    /// When the first of them came.
    since: Option<Instant>,
}

/// Why no more is read.
enum End {
    /// The other side closed.
    Closed,
    /// Nothing came for too long, or a message did not end.
    Quiet(&'static str),
    /// The process is to end.
    Shutdown,
    /// Lines are no longer taken from this sender.
    Refused(Error),
}

impl Connection {
    pub(super) fn new(door: &Door, sender: &Sender) -> Self {
        let (idle, message) = (door.settings.idle_minutes, door.settings.message_seconds);
        Self {
            app: door.app.clone(),
            access: door.access.clone(),
            sender_id: sender.id.to_string(),
            // Each connection is a delivery of its own: nothing in it can come twice.
            delivery_id: format!("syslog-{}", door.app.store.ids().request_id()),
            idle: Duration::from_secs(u64::from(idle) * 60),
            message: Duration::from_secs(message.into()),
            shutdown: door.shutdown.clone(),
            framer: Framer::default(),
            lines: Vec::new(),
            count: 0,
            next_line: 1,
            since: None,
        }
    }

    /// Takes in what comes until the connection ends.
    pub(super) async fn serve(mut self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let end = self.read(&mut stream).await;
        let cut = match std::mem::take(&mut self.framer).finish() {
            Left::Nothing => 0,
            Left::Cut => 1,
            Left::Line(line) => {
                self.add(&line);
                0
            }
        };
        let (why, flushed) = match end {
            End::Closed => ("closed", self.flush(cut).await),
            End::Quiet(why) => (why, self.flush(cut).await),
            End::Shutdown => ("shutdown", self.flush(cut).await),
            End::Refused(error) => ("refused", Err(error)),
        };
        let lost = match flushed {
            Ok(()) => 0,
            Err(error) => {
                warn!(sender.id = self.sender_id, %error, "lines were not taken in before the end");
                self.count + cut
            }
        };
        info!(sender.id = self.sender_id, lines = self.next_line - 1, cut, lost, why, "a syslog connection ended");
        let _ = stream.shutdown().await;
    }

    async fn read(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> End {
        let mut piece = vec![0; PIECE];
        let mut heard = Instant::now();
        // Since when the message that has begun is on its way.
        let mut begun = heard;
        loop {
            let due = self.since.map(|since| since + WAIT);
            let quiet = if self.framer.open() { begun + self.message } else { heard + self.idle };
            tokio::select! {
                read = stream.read(&mut piece) => {
                    let length = match read {
                        Ok(0) | Err(_) => return End::Closed,
                        Ok(length) => length,
                    };
                    heard = Instant::now();
                    if !self.framer.open() {
                        begun = heard;
                    }
                    match self.take(&piece[..length]).await {
                        Ok(true) => begun = heard,
                        Ok(false) => {}
                        Err(error) => return End::Refused(error),
                    }
                }
                () = tokio::time::sleep_until(due.unwrap_or(quiet)), if due.is_some() => {
                    if let Err(error) = self.flush(0).await {
                        return End::Refused(error);
                    }
                }
                () = tokio::time::sleep_until(quiet) => {
                    return End::Quiet(if self.framer.open() { "a message did not end" } else { "quiet" });
                }
                () = self.shutdown.wait() => break,
            }
        }
        // What the other side believes to have sent is read as far as it has arrived.
        let last = Instant::now() + LAST;
        while let Ok(Ok(length @ 1..)) = timeout(WAIT.min(last - Instant::now()), stream.read(&mut piece)).await {
            if let Err(error) = self.take(&piece[..length]).await {
                return End::Refused(error);
            }
            if Instant::now() >= last {
                break;
            }
        }
        End::Shutdown
    }

    /// Takes bytes in; whether a message ended among them.
    async fn take(&mut self, mut bytes: &[u8]) -> Result<bool> {
        let mut ended = false;
        while let Some(message) = self.framer.push(&mut bytes) {
            ended = true;
            self.add(&message);
            if self.lines.len() >= BATCH {
                self.flush(0).await?;
            }
        }
        Ok(ended)
    }

    fn add(&mut self, message: &[u8]) {
        self.lines.extend_from_slice(message);
        self.lines.push(b'\n');
        self.count += 1;
        self.since.get_or_insert_with(Instant::now);
    }

    /// Has the lines that wait taken in, for as long as it takes: nothing is read meanwhile. `cut` counts messages after
    /// them that were cut off.
    ///
    /// # Errors
    /// Where lines are no longer taken from the sender, or the process ends first.
    async fn flush(&mut self, cut: u64) -> Result<()> {
        if self.count + cut == 0 {
            return Ok(());
        }
        let batch = IngestLinesRequest {
            sender_id: self.sender_id.clone(),
            delivery_id: self.delivery_id.clone(),
            first_line: self.next_line,
            lines: std::mem::take(&mut self.lines).into(),
            ..IngestLinesRequest::default()
        };
        let (mut wait, mut tries) = (AGAIN.0, 0);
        loop {
            // The lines are counted, not copied: a batch that is tried again is the same bytes.
            let error = match self.send(batch.clone(), cut).await {
                Ok(()) => break,
                Err(error) => error,
            };
            tries += 1;
            let passes = match error.kind() {
                Kind::Unavailable | Kind::Exhausted => true,
                Kind::Internal => tries < TRIES,
                _ => false,
            };
            if !passes {
                return Err(error);
            }
            let ending = self.shutdown.is_said();
            if ending && wait > GIVE_UP {
                return Err(error);
            }
            warn!(sender.id = self.sender_id, %error, "lines wait to be taken in");
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.shutdown.wait(), if !ending => {}
            }
            wait = (wait * 2).min(AGAIN.1);
        }
        self.next_line += self.count + cut;
        (self.count, self.since) = (0, None);
        Ok(())
    }

    async fn send(&self, batch: IngestLinesRequest, cut: u64) -> Result<()> {
        let rpc = contract::rpc(RPC).ok_or_else(|| Error::internal("the contract has no way in for lines"))?;
        let request_id = self.app.store.ids().request_id();
        let now = self.app.clock.now();
        let caller = Caller::of_sender(&self.sender_id, rpc, self.access.clone(), request_id, now);
        let beyond = Beyond { cut, log: false };
        routed::take_in(&self.app, &caller, batch, beyond).await.map(|_| ())
    }
}
