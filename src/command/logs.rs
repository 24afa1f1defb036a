//! `hedgerow logs`: a filter's log to a school's feed, or read without a server.

mod parse;

use std::{
    fs::File,
    io::{self, BufReader, Cursor, Read as _, Seek as _},
    path::{Path, PathBuf},
};

use chassis::error::{Error, Result};
use clap::Subcommand;
use filtering_ingest::whole::{self, Made};
use proto::filtering_ingest::v1::{Counts, IngestLinesRequest, filtering_ingest_client::FilteringIngestClient};
use sha2::{Digest as _, Sha256};
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
        /// The name of the delivery; the same name sent again continues or repeats it. Without it the file's name and a
        /// digest of its first line: a file that grew is continued, tomorrow's of the same name is another.
        #[arg(long)]
        delivery: Option<String>,
    },
    /// Prints what each line of a log would become; needs no server and stores nothing.
    Parse(parse::Parse),
    /// Lists the profiles that lines are read by.
    Profiles,
    /// A profile of your own.
    #[command(subcommand)]
    Profile(parse::ProfileCommand),
}

impl Logs {
    /// Runs what needs no server; nothing where it needs one.
    pub fn run_alone(&self) -> Option<Result<()>> {
        match self {
            Self::Parse(parse) => Some(parse.run()),
            Self::Profiles => Some(parse::profiles()),
            Self::Profile(profile) => Some(profile.run()),
            Self::Ingest { .. } => None,
        }
    }

    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        match self {
            Self::Parse(_) | Self::Profiles | Self::Profile(_) => self.run_alone().unwrap_or(Ok(())),
            Self::Ingest { file, school, feed, delivery } => {
                let delivery = delivery.map_or_else(|| named_after(&file), Ok)?;
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
                let (mut alerts, mut recoded, mut foreign) = (0, 0, 0);
                while let Some(acknowledged) = acknowledgements.next().await {
                    let acknowledged = acknowledged.map_err(|s| Error::from_status(&s))?;
                    for line in &acknowledged.rejected_lines {
                        eprintln!("line {}: {} ({})", line.line, line.reason, line.detail);
                        foreign += u64::from(line.reason == "malformed");
                    }
                    let counts = acknowledged.counts.unwrap_or_default();
                    total.received += counts.received;
                    total.kept += counts.kept;
                    total.folded += counts.folded;
                    total.excepted += counts.excepted;
                    total.rejected += counts.rejected;
                    alerts += acknowledged.alert_ids.len();
                    recoded += acknowledged.recoded_lines;
                }
                reading.await.map_err(Error::internal)??;
                println!(
                    "{} received = {} kept + {} folded + {} excepted + {} rejected; {alerts} alerts",
                    total.received, total.kept, total.folded, total.excepted, total.rejected
                );
                if recoded > 0 {
                    eprintln!("lines that are not UTF-8, read as Windows-1252: {recoded}");
                }
                if foreign > 0 && total.rejected == total.received {
                    return Err(Error::invalid(
                        "file",
                        "no line could be read: see the reasons above, and the feed's profile",
                    ));
                }
                if total.received == 0 {
                    eprintln!(
                        "nothing new: these lines were taken in before; for a log of its own, name its --delivery"
                    );
                }
                Ok(())
            }
        }
    }
}

/// What a delivery is called where nobody says.
fn named_after(file: &Path) -> Result<String> {
    let mut first = Vec::new();
    read_line(&mut *lines_of(file)?.0, &mut first).map_err(|e| trouble(file, &e))?;
    let digest = Sha256::digest(&first);
    let file = file.file_name().unwrap_or_default().to_string_lossy();
    Ok(format!("{file}-{}", hex::encode(&digest[..8])))
}

fn open(file: &Path) -> Result<BufReader<File>> {
    File::open(file).map(BufReader::new).map_err(|e| trouble(file, &e))
}

fn trouble(file: &Path, error: &io::Error) -> Error {
    Error::invalid("file", super::unreadable(file, error))
}

/// Appends the next line, of one that is too long to be read no more than shows it; the service rejects it by its number.
fn read_line(reader: &mut dyn io::BufRead, lines: &mut Vec<u8>) -> io::Result<bool> {
    let mut room = filtering_ingest::line::LONGEST + 1;
    let mut any = false;
    loop {
        let read = reader.fill_buf()?;
        let end = read.iter().position(|byte| *byte == b'\n');
        let length = end.unwrap_or(read.len());
        lines.extend_from_slice(&read[..length.min(room)]);
        any |= !read.is_empty();
        room = room.saturating_sub(length);
        let taken = length + usize::from(end.is_some());
        reader.consume(taken);
        if end.is_some() {
            lines.push(b'\n');
        }
        if end.is_some() || taken == 0 {
            return Ok(any);
        }
    }
}

/// How much of a file tells whether a line of it is a record.
const HEAD: u64 = 4 << 10;

/// The lines of a log: its own, or where records are written over several lines, or in UTF-16, those made of them.
fn lines_of(file: &Path) -> Result<(Box<dyn io::BufRead>, Made)> {
    let mut reader = open(file)?;
    let mut head = Vec::new();
    let read = |e: io::Error| trouble(file, &e);
    reader.by_ref().take(HEAD).read_to_end(&mut head).map_err(read)?;
    reader.rewind().map_err(read)?;
    if !whole::may_need_making(&head) {
        return Ok((Box::new(reader), Made::AsItWas));
    }
    let mut all = Vec::new();
    reader.read_to_end(&mut all).map_err(read)?;
    let (lines, made) = whole::lines(&all);
    if made == Made::AsItWas {
        reader.rewind().map_err(read)?;
        return Ok((Box::new(reader), made));
    }
    Ok((Box::new(Cursor::new(lines.into_owned())), made))
}

/// Reads a log batch by batch, as fast as they are taken, and ends with what went wrong.
fn read(file: PathBuf, batch: IngestLinesRequest, to: mpsc::Sender<IngestLinesRequest>) -> Result<()> {
    let (mut reader, made) = lines_of(&file)?;
    if let Some(told) = made.told() {
        eprintln!("{told}");
    }
    let (mut lines, mut first, mut next) = (Vec::new(), 1, 1);
    loop {
        let read = read_line(&mut *reader, &mut lines).map_err(|e| trouble(&file, &e))?;
        next += u64::from(read);
        if (!read || lines.len() >= BATCH) && !lines.is_empty() {
            let batch =
                IngestLinesRequest { first_line: first, lines: std::mem::take(&mut lines).into(), ..batch.clone() };
            if to.blocking_send(batch).is_err() {
                // The service refused; its answer says why.
                return Ok(());
            }
            first = next;
        }
        if !read {
            break;
        }
    }
    match next {
        1 => Err(Error::invalid("file", format!("{} is empty", file.display()))),
        _ => Ok(()),
    }
}
