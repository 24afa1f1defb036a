//! `hedgerow logs`: a filter's log to a school's feed, or tried out without a server.

use std::{io::BufRead as _, path::PathBuf};

use chassis::error::{Error, Result};
use clap::{Args, Subcommand};
use proto::filtering_ingest::v1::{Counts, IngestLinesRequest, filtering_ingest_client::FilteringIngestClient};
use tokio_stream::StreamExt as _;

use crate::{client, config::Config};

/// Bytes of lines in one message.
const BATCH: usize = 256 << 10;

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
                let batches = batches(&file, &school, &feed, &delivery)?;
                let mut ingest = FilteringIngestClient::new(client::gateway(config).await?);
                let response = ingest.ingest_lines(tokio_stream::iter(batches)).await;
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
                println!(
                    "{} received = {} kept + {} folded + {} excepted + {} rejected; {alerts} alerts",
                    total.received, total.kept, total.folded, total.excepted, total.rejected
                );
                Ok(())
            }
        }
    }
}

/// Cuts a log into batches of whole lines.
fn batches(file: &std::path::Path, school: &str, feed: &str, delivery: &str) -> Result<Vec<IngestLinesRequest>> {
    let trouble = |e: std::io::Error| Error::invalid("file", format!("{}: {e}", file.display()));
    let mut reader = std::io::BufReader::new(std::fs::File::open(file).map_err(trouble)?);
    let (mut batches, mut lines, mut first, mut next) = (Vec::new(), Vec::new(), 1, 1);
    loop {
        let read = reader.read_until(b'\n', &mut lines).map_err(trouble)?;
        next += u64::from(read > 0);
        if (read == 0 || lines.len() >= BATCH) && !lines.is_empty() {
            batches.push(IngestLinesRequest {
                school_id: school.to_owned(),
                feed_id: feed.to_owned(),
                delivery_id: delivery.to_owned(),
                first_line: first,
                lines: std::mem::take(&mut lines).into(),
            });
            first = next;
        }
        if read == 0 {
            break;
        }
    }
    if batches.is_empty() {
        return Err(Error::invalid("file", format!("{} is empty", file.display())));
    }
    Ok(batches)
}
