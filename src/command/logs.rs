//! `hedgerow logs`: a filter's log to a school's feed, or tried out without a server.

mod ingest;

use std::{
    io,
    path::{Path, PathBuf},
};

use chassis::error::{Error, Result};
use clap::{Args, Subcommand};
use proto::filtering_ingest::v1::IngestLinesRequest;

use crate::config::Config;

/// Filter logs.
#[derive(Debug, Subcommand)]
pub enum Logs {
    /// Streams a log, packed with gzip or not, and prints how it was accounted for. Where the connection breaks it goes on
    /// after the last line that was acknowledged.
    Ingest(Ingest),
    /// Prints what each line of a log would become; needs no server and stores nothing.
    Try(Try),
}

/// A log to be sent.
#[derive(Debug, Args)]
pub struct Ingest {
    /// The log.
    file: PathBuf,
    /// The school.
    #[arg(long, required_unless_present = "sender")]
    school: Option<String>,
    /// The feed.
    #[arg(long, required_unless_present = "sender")]
    feed: Option<String>,
    /// The sender, instead of school and feed; its secret then stands in the place of a session token.
    #[arg(long, conflicts_with_all = ["school", "feed"])]
    sender: Option<String>,
    /// The name of the delivery; the same name sent again continues or repeats it. Without it the file's name and a
    /// digest of its first line: a file that grew is continued, tomorrow's of the same name is another.
    #[arg(long)]
    delivery: Option<String>,
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
        let bytes = std::fs::read(&self.file).map_err(|e| trouble(&self.file, &e))?;
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
            Self::Ingest(Ingest { file, school, feed, sender, delivery }) => {
                let delivery_id = delivery.map_or_else(|| ingest::named_after(&file), Ok)?;
                let delivery = IngestLinesRequest {
                    school_id: school.unwrap_or_default(),
                    feed_id: feed.unwrap_or_default(),
                    sender_id: sender.unwrap_or_default(),
                    delivery_id,
                    ..IngestLinesRequest::default()
                };
                ingest::ingest(config, &file, delivery).await
            }
        }
    }
}

fn trouble(file: &Path, error: &io::Error) -> Error {
    Error::invalid("file", super::unreadable(file, error))
}
