//! `hedgerow logs`: a filter's log to a school's feed, or tried out without a server.

use std::{io::BufRead as _, path::PathBuf};

use chassis::error::{Error, Result};
use clap::{Args, Subcommand};
use proto::filtering_ingest::v1::{Counts, IngestLinesRequest, filtering_ingest_client::FilteringIngestClient};
use tokio::sync::mpsc;
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};

use crate::{client, config::Config};

/// Bytes of lines in one message.
const BATCH: usize = 256 << 10;
/// Batches read ahead of what the service has taken.
const AHEAD: usize = 4;

/// Filter logs.
#[derive(Debug, Subcommand)]
pub enum Logs {
    /// Streams a log to a school's feed and prints how it was accounted for.
    Ingest {
        /// The log.
        file: PathBuf,
        /// The school.
        #[arg(long)]
        school: String,
        /// The feed.
        #[arg(long)]
        feed: String,
        /// The name of the delivery; the same name sent again continues or repeats it. The file's name without it.
        #[arg(long)]
        delivery: Option<String>,
    },
    /// Prints what each line of a log would become; needs no server and stores nothing.
    Try(Try),
}

/// A log to be tried out.
#[derive(Debug, Args)]
pub struct Try {
    /// The log.
    file: PathBuf,
    /// The profile: `squid`, `e2guardian`, `fortigate` or `cef`.
    #[arg(long)]
    profile: String,
}

impl Try {
    /// Prints one JSON object per observation on standard output, rejected lines on standard error.
    ///
    /// # Errors
    /// `Invalid` where file or profile cannot be read.
    pub fn run(&self) -> Result<()> {
        let bytes =
            std::fs::read(&self.file).map_err(|e| Error::invalid("file", format!("{}: {e}", self.file.display())))?;
        for tried in filtering_ingest::try_lines(&self.profile, &bytes)? {
            match tried.outcome {
                Ok(observation) => println!("{observation}"),
                Err(rejected) => eprintln!("line {}: {rejected}", tried.line),
            }
        }
        Ok(())
    }
}

impl Logs {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        match self {
            Self::Try(attempt) => attempt.run(),
            Self::Ingest { file, school, feed, delivery } => {
                let delivery = delivery
                    .or_else(|| Some(file.file_name()?.to_string_lossy().into_owned()))
                    .unwrap_or_else(|| "delivery".into());
                let batch = IngestLinesRequest {
                    school_id: school,
                    feed_id: feed,
                    delivery_id: delivery,
                    ..IngestLinesRequest::default()
                };
                let mut ingest = FilteringIngestClient::new(client::gateway(config).await?);
                let (to, batches) = mpsc::channel(AHEAD);
                let reading = tokio::task::spawn_blocking(move || read(file, batch, to));
                let response = ingest.ingest_lines(ReceiverStream::new(batches)).await;
                let mut acknowledgements = response.map_err(|s| Error::from_status(&s))?.into_inner();
                let mut total = Counts::default();
                let mut alerts = 0;
                while let Some(acknowledged) = acknowledgements.next().await {
                    let acknowledged = acknowledged.map_err(|s| Error::from_status(&s))?;
                    for line in &acknowledged.rejected_lines {
                        eprintln!("line {}: {} ({})", line.line, line.reason, line.detail);
                    }
                    let counts = acknowledged.counts.unwrap_or_default();
                    total.received += counts.received;
                    total.kept += counts.kept;
                    total.folded += counts.folded;
                    total.excepted += counts.excepted;
                    total.rejected += counts.rejected;
                    alerts += acknowledged.alert_ids.len();
                }
                reading.await.map_err(Error::internal)??;
                println!(
                    "{} received = {} kept + {} folded + {} excepted + {} rejected; {alerts} alerts",
                    total.received, total.kept, total.folded, total.excepted, total.rejected
                );
                Ok(())
            }
        }
    }
}

/// Reads a log batch by batch, as fast as they are taken, and ends with what went wrong.
fn read(file: PathBuf, batch: IngestLinesRequest, to: mpsc::Sender<IngestLinesRequest>) -> Result<()> {
    let trouble = |e: std::io::Error| Error::invalid("file", format!("{}: {e}", file.display()));
    let mut reader = std::io::BufReader::new(std::fs::File::open(&file).map_err(trouble)?);
    let (mut lines, mut first, mut next) = (Vec::new(), 1, 1);
    loop {
        let read = reader.read_until(b'\n', &mut lines).map_err(trouble)?;
        next += u64::from(read > 0);
        if (read == 0 || lines.len() >= BATCH) && !lines.is_empty() {
            let batch =
                IngestLinesRequest { first_line: first, lines: std::mem::take(&mut lines).into(), ..batch.clone() };
            if to.blocking_send(batch).is_err() {
                // The service refused; its answer says why.
                return Ok(());
            }
            first = next;
        }
        if read == 0 {
            break;
        }
    }
    match next {
        1 => Err(Error::invalid("file", format!("{} is empty", file.display()))),
        _ => Ok(()),
    }
}
