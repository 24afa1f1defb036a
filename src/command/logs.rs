//! `hedgerow logs`: a filter's log to a school's feed, or read without a server.

mod ingest;
mod parse;
mod profiles;

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
    /// Streams a log, packed with gzip, zstd or not, and prints how it was accounted for. Where the connection breaks it goes on
    /// after the last line that was acknowledged.
    Ingest(Ingest),
    /// Prints what each line of a log, packed or not, would become; needs no server and stores nothing.
    Parse(parse::Parse),
    /// Lists the profiles that lines are read by.
    Profiles,
    /// Profiles of your own.
    #[command(subcommand)]
    Profile(parse::ProfileCommand),
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
    /// The name of the delivery; the same name sent again continues or repeats it. Without it a
    /// file that grew is continued, and one of the same name that does not begin with what was taken in is another.
    #[arg(long)]
    delivery: Option<String>,
}

impl Logs {
    /// Runs what needs no server; nothing where it needs one.
    pub fn run_alone(&self) -> Option<Result<()>> {
        match self {
            Self::Parse(parse) => Some(parse.run()),
            Self::Profiles => Some(parse::profiles()),
            Self::Profile(profile) => profile.run_alone(),
            Self::Ingest(_) => None,
        }
    }

    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        match self {
            Self::Profile(parse::ProfileCommand::Kept(kept)) => kept.run(config).await,
            Self::Parse(_) | Self::Profiles | Self::Profile(_) => self.run_alone().unwrap_or(Ok(())),
            Self::Ingest(Ingest { file, school, feed, sender, delivery }) => {
                let delivery = IngestLinesRequest {
                    school_id: school.unwrap_or_default(),
                    feed_id: feed.unwrap_or_default(),
                    sender_id: sender.unwrap_or_default(),
                    delivery_id: delivery.unwrap_or_default(),
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
