//! A log on its way to filtering-ingest: unpacked, made into lines, cut into batches of whole lines, and each batch sent once the one before
//! it is durable.

use std::time::Duration;

use chassis::{
    error::Error,
    lines::{
        Batch, Cutter,
        packed::{Packing, Trouble, Unpacker},
        whole::Maker,
    },
    upstream::Upstream,
};
use proto::filtering_ingest::v1::{
    Delivery, IngestLinesRequest, IngestLinesResponse, RejectedLine, filtering_ingest_client::FilteringIngestClient,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use crate::refusal;

/// How many bytes a batch holds: a quarter of what one may.
const BATCH: usize = 256 << 10;
/// Rejected lines that a refusal tells of.
const TOLD: usize = 100;

/// How long the service may take to note that a log is refused.
const TOLD_WITHIN: Duration = Duration::from_secs(5);

/// Why no more of a log is taken.
#[derive(Debug)]
pub enum Stop {
    /// The service refused.
    Refused(Error),
    /// It cannot be unpacked within bounds.
    Trouble(Trouble),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// What of a log was taken in.
#[derive(Debug, Clone, Default)]
pub struct SoFar {
    /// The last line that is durably accounted for.
    pub acknowledged_line: u64,
    /// The first lines that were rejected.
    pub rejected: Vec<RejectedLine>,
}

/// A log on its way.
pub struct Sending {
    batches: mpsc::Sender<IngestLinesRequest>,
    answers: Streaming<IngestLinesResponse>,
    delivery: IngestLinesRequest,
    unpacker: Unpacker,
    maker: Maker,
    cutter: Cutter,
    so_far: SoFar,
}

impl Sending {
    /// Begins to send a log of so many bytes at most. `delivery` says where it goes and what it is called.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn begin(
        mut client: FilteringIngestClient<Upstream>,
        delivery: IngestLinesRequest,
        packing: Packing,
        largest: u64,
    ) -> Result<Self, Error> {
        let (batches, waiting) = mpsc::channel(1);
        let answers = client.ingest_lines(ReceiverStream::new(waiting)).await;
        let answers = answers.map_err(|status| refusal::of_status(&status))?.into_inner();
        let (unpacker, cutter) = (Unpacker::new(packing, largest), Cutter::new(BATCH));
        Ok(Self { batches, answers, delivery, unpacker, maker: Maker::default(), cutter, so_far: SoFar::default() })
    }

    /// What was taken in.
    pub fn so_far(&self) -> &SoFar {
        &self.so_far
    }

    /// Takes the next bytes of the file, and returns once what they made whole is durable.
    ///
    /// # Errors
    /// Why no more is taken.
    pub async fn take(&mut self, mut bytes: &[u8]) -> Result<(), Stop> {
        loop {
            match self.unpacker.next(&mut bytes) {
                Ok(Some(log)) => {
                    let lines = self.maker.push(&log);
                    self.cut(&lines).await?;
                }
                Ok(None) => return Ok(()),
                Err(trouble) => return Err(self.refused(trouble).await),
            }
        }
    }

    /// Tells the service that the rest of a log is refused, so that the page of its feed says so. Whatever it answers, it is.
    async fn refused(&mut self, trouble: Trouble) -> Stop {
        let request = IngestLinesRequest { refused: trouble.code().to_owned(), ..self.delivery.clone() };
        let _ = self.batches.send(request).await;
        let _ = tokio::time::timeout(TOLD_WITHIN, self.answers.message()).await;
        trouble.into()
    }

    async fn cut(&mut self, mut log: &[u8]) -> Result<(), Stop> {
        while let Some(batch) = self.cutter.push(&mut log) {
            self.send(batch, false).await?;
        }
        Ok(())
    }

    /// Sends what is left; answers what became of the whole.
    ///
    /// # Errors
    /// Why not, with what was taken in.
    pub async fn finish(mut self) -> Result<(Delivery, SoFar), (Stop, SoFar)> {
        match self.end().await {
            Ok(delivery) => Ok((delivery, self.so_far)),
            Err(stop) => Err((stop, self.so_far)),
        }
    }

    async fn end(&mut self) -> Result<Delivery, Stop> {
        let unpacker = std::mem::replace(&mut self.unpacker, Unpacker::new(Packing::Plain, 0));
        let rest = match unpacker.finish() {
            Ok(rest) => rest,
            Err(trouble) => return Err(self.refused(trouble).await),
        };
        let mut lines = self.maker.push(&rest);
        lines.extend(self.maker.finish());
        self.cut(&lines).await?;
        let last = std::mem::replace(&mut self.cutter, Cutter::new(1)).finish();
        if last.first_line == 1 && last.lines.is_empty() {
            return Err(Error::invalid("lines", "Send one line at least").into());
        }
        let answer = self.send(last, true).await?;
        answer.delivery.ok_or_else(|| stopped().into())
    }

    async fn send(&mut self, batch: Batch, last: bool) -> Result<IngestLinesResponse, Stop> {
        let Batch { first_line, lines, digest } = batch;
        let request = IngestLinesRequest {
            first_line,
            lines: lines.into(),
            digest: digest.into(),
            last,
            ..self.delivery.clone()
        };
        // Where the service listens no more, its answer says why.
        let _ = self.batches.send(request).await;
        match self.answers.message().await {
            Ok(Some(answer)) => {
                self.so_far.acknowledged_line = answer.acknowledged_line;
                let room = TOLD.saturating_sub(self.so_far.rejected.len());
                self.so_far.rejected.extend(answer.rejected_lines.iter().take(room).cloned());
                Ok(answer)
            }
            Ok(None) => Err(stopped().into()),
            Err(status) => Err(refusal::of_status(&status).into()),
        }
    }
}

fn stopped() -> Error {
    Error::unavailable("filtering-ingest stopped while it took the lines in: send the same again, and it goes on there")
}
