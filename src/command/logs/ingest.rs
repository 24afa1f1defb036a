//! A log on its way to a gateway. Each batch is acknowledged once it is durable; whatever breaks in between, the log goes
//! on after the last line that was, and no line counts twice.

use std::{fs::File, io::Read as _, path::Path, time::Duration};

use chassis::{
    error::{Error, Kind, Result},
    lines::{
        self, Batch, Cutter,
        packed::{Packing, Trouble, Unpacker},
        whole::Maker,
    },
};
use proto::filtering_ingest::v1::{
    Counts, IngestLinesRequest, IngestLinesResponse, SenderCounts, filtering_ingest_client::FilteringIngestClient,
};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};
use tonic::{Code, Status};

use super::trouble;
use crate::{client, config::Config};

/// Bytes of lines in one message.
const BATCH: usize = 256 << 10;
/// Batches read ahead of what the service has taken.
const AHEAD: usize = 4;
/// Bytes read from the file at once.
const PIECE: usize = 64 << 10;
/// How often it is tried again without any line more.
const TRIES: u32 = 60;
/// How long it waits before that, where nobody says.
const WAIT: Duration = Duration::from_secs(2);
// What is carried whole is what the service reads whole.
const _: () = assert!(lines::LONGEST == filtering_ingest::line::LONGEST, "the same length of a line at both ends");

/// How a log was accounted for.
#[derive(Default)]
struct Sum {
    /// Whether the service was reached at all.
    reached: bool,
    acknowledged: u64,
    counts: Counts,
    sender: SenderCounts,
    alerts: usize,
    recoded: u64,
    foreign: u64,
}

/// Sends a log to its end.
///
/// # Errors
/// The service's refusal; `Invalid` where the file cannot be read.
pub(super) async fn ingest(config: &Config, file: &Path, delivery: IngestLinesRequest) -> Result<()> {
    let mut sum = Sum::default();
    let (mut tries, mut done) = (0, 0);
    while let Err(error) = once(config, file, &delivery, &mut sum).await {
        if sum.acknowledged > done {
            (tries, done) = (0, sum.acknowledged);
        }
        tries += 1;
        // What was never reached, or refuses for good, is no broken connection.
        let broke = match error.kind() {
            Kind::Unavailable => sum.reached,
            Kind::Exhausted => true,
            _ => false,
        };
        if !broke || tries > TRIES {
            return Err(error);
        }
        let wait = error.metadata("retry_after_s").and_then(|s| s.parse().ok()).map_or(WAIT, Duration::from_secs);
        eprintln!("{error}; goes on after line {} in {} seconds", sum.acknowledged, wait.as_secs());
        tokio::time::sleep(wait).await;
    }
    sum.print(!delivery.sender_id.is_empty())
}

/// Sends a log from where it is until its end, or until the connection breaks.
async fn once(config: &Config, file: &Path, delivery: &IngestLinesRequest, sum: &mut Sum) -> Result<()> {
    let mut ingest = FilteringIngestClient::new(client::gateway(config).await?);
    let (to, batches) = mpsc::channel(AHEAD);
    let (path, delivery, after) = (file.to_owned(), delivery.clone(), sum.acknowledged);
    let reading = tokio::task::spawn_blocking(move || read(&path, &delivery, after, &to));
    let response = ingest.ingest_lines(ReceiverStream::new(batches)).await;
    let mut acknowledgements = response.map_err(|status| refused(&status))?.into_inner();
    sum.reached = true;
    while let Some(acknowledged) = acknowledgements.next().await {
        sum.add(acknowledged.map_err(|status| refused(&status))?);
    }
    let lines = reading.await.map_err(Error::internal)??;
    if sum.acknowledged < lines {
        return Err(Error::unavailable("the connection ended before the log did"));
    }
    Ok(())
}

/// A refusal. What the transport says for itself is that the connection broke.
fn refused(status: &Status) -> Error {
    match status.code() {
        Code::Unavailable | Code::Unknown | Code::Internal | Code::Cancelled if status.details().is_empty() => {
            Error::unavailable("the connection broke").because(status.clone())
        }
        _ => Error::from_status(status),
    }
}

impl Sum {
    fn add(&mut self, acknowledged: IngestLinesResponse) {
        self.acknowledged = self.acknowledged.max(acknowledged.acknowledged_line);
        for line in &acknowledged.rejected_lines {
            eprintln!("line {}: {} ({})", line.line, line.reason, line.detail);
            self.foreign += u64::from(line.reason == "malformed");
        }
        let (counts, total) = (acknowledged.counts.unwrap_or_default(), &mut self.counts);
        total.received += counts.received;
        total.kept += counts.kept;
        total.folded += counts.folded;
        total.excepted += counts.excepted;
        total.noise += counts.noise;
        total.rejected += counts.rejected;
        let (counts, total) = (acknowledged.sender_counts.unwrap_or_default(), &mut self.sender);
        total.received += counts.received;
        total.observations += counts.observations;
        total.refused += counts.refused;
        total.duplicate += counts.duplicate;
        total.quarantined += counts.quarantined;
        self.alerts += acknowledged.alert_ids.len();
        self.recoded += acknowledged.recoded_lines;
    }

    /// Prints it.
    ///
    /// # Errors
    /// `Invalid` where no line could be read.
    fn print(&self, sender: bool) -> Result<()> {
        let Self { counts, sender: of_sender, alerts, .. } = self;
        let (received, refused) = if sender {
            println!(
                "{} received = {} observations + {} refused + {} duplicate + {} quarantined; {alerts} alerts",
                of_sender.received,
                of_sender.observations,
                of_sender.refused,
                of_sender.duplicate,
                of_sender.quarantined
            );
            (of_sender.received - of_sender.duplicate, of_sender.refused)
        } else {
            println!(
                "{} received = {} kept + {} folded + {} excepted + {} noise + {} rejected; {alerts} alerts",
                counts.received, counts.kept, counts.folded, counts.excepted, counts.noise, counts.rejected
            );
            (counts.received, counts.rejected)
        };
        if self.recoded > 0 {
            eprintln!("lines that are not UTF-8, read as Windows-1252: {}", self.recoded);
        }
        if self.foreign > 0 && refused == received {
            return Err(Error::invalid("file", "no line could be read: see the reasons above, and the feed's profile"));
        }
        if received == 0 {
            eprintln!("nothing new: these lines were taken in before; for a log of its own, name its --delivery");
        }
        Ok(())
    }
}

/// What a delivery is called where nobody says.
pub(super) fn named_after(file: &Path) -> Result<String> {
    let mut first = None;
    let last = cut(file, 1, |batch| {
        first = Some(batch);
        false
    })?;
    let digest = Sha256::digest(first.or(last).map(|batch| batch.lines).unwrap_or_default());
    let file = file.file_name().unwrap_or_default().to_string_lossy();
    Ok(format!("{file}-{}", hex::encode(&digest[..8])))
}

/// Reads a log batch by batch, as fast as they are taken, but for those that hold nothing after a line; answers how many
/// lines it has, or 0 where nobody took it to its end.
fn read(file: &Path, delivery: &IngestLinesRequest, after: u64, to: &mpsc::Sender<IngestLinesRequest>) -> Result<u64> {
    let mut lines = 0;
    let mut send = |batch: Batch| {
        lines = batch.first_line + lines::count(&batch.lines) - 1;
        let request =
            IngestLinesRequest { first_line: batch.first_line, lines: batch.lines.into(), ..delivery.clone() };
        // Where nobody takes it any more, the service's answer says why.
        lines <= after || to.blocking_send(request).is_ok()
    };
    match cut(file, BATCH, &mut send)? {
        Some(last) if !last.lines.is_empty() => {
            send(last);
        }
        Some(last) if last.first_line == 1 => {
            return Err(Error::invalid("file", format!("{} is empty", file.display())));
        }
        Some(_) | None => {}
    }
    Ok(lines)
}

/// Cuts a log into batches, unpacked where it is packed and made into lines where its records are written over several, for
/// as long as `each` wants more; answers the last batch, or none where it was not to be had.
fn cut(file: &Path, size: usize, mut each: impl FnMut(Batch) -> bool) -> Result<Option<Batch>> {
    let broken = |trouble: Trouble| Error::invalid("file", format!("{}: {trouble}", file.display()));
    let mut open = File::open(file).map_err(|e| trouble(file, &e))?;
    let (mut cutter, mut maker, mut unpacker) = (Cutter::new(size), Maker::default(), None);
    let mut piece = vec![0; PIECE];
    let mut push = |lines: Vec<u8>| {
        let mut lines = lines.as_slice();
        while let Some(batch) = cutter.push(&mut lines) {
            if !each(batch) {
                return false;
            }
        }
        true
    };
    // Whoever only looks for a delivery's name need not be told.
    let mut told = size < BATCH;
    loop {
        let length = open.read(&mut piece).map_err(|e| trouble(file, &e))?;
        let mut bytes = &piece[..length];
        let unpacker = unpacker.get_or_insert_with(|| Unpacker::new(Packing::told(bytes), u64::MAX));
        if length == 0 {
            break;
        }
        while let Some(log) = unpacker.next(&mut bytes).map_err(broken)? {
            let lines = maker.push(&log);
            if let Some(made) = maker.made().told().filter(|_| !told) {
                eprintln!("{made}");
                told = true;
            }
            if !push(lines) {
                return Ok(None);
            }
        }
    }
    let rest = unpacker.map_or_else(|| Ok(Vec::new()), Unpacker::finish).map_err(broken)?;
    let mut lines = maker.push(&rest);
    lines.extend(maker.finish());
    if let Some(made) = maker.made().told().filter(|_| !told) {
        eprintln!("{made}");
    }
    Ok(push(lines).then(|| cutter.finish()))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_log_is_read_the_same_packed_or_not_and_from_where_it_was_acknowledged() -> Result<()> {
        let folder = tempfile::tempdir().map_err(Error::internal)?;
        let log: String = (1..=60_000).map(|n| format!("line number {n}\n")).collect();
        let (plain, packed) = (folder.path().join("a.log"), folder.path().join("a.log.gz"));
        std::fs::write(&plain, &log).map_err(Error::internal)?;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        let bytes = gzip.write_all(log.as_bytes()).and_then(|()| gzip.finish()).map_err(Error::internal)?;
        std::fs::write(&packed, bytes).map_err(Error::internal)?;
        let batches = |file: &Path, after: u64| {
            let (to, mut batches) = mpsc::channel(100);
            let lines = read(file, &IngestLinesRequest::default(), after, &to);
            let mut sent = Vec::new();
            while let Ok(batch) = batches.try_recv() {
                sent.push((batch.first_line, batch.lines));
            }
            lines.map(|lines| (lines, sent))
        };
        let whole = batches(&plain, 0)?;
        assert_eq!((whole.0, whole.1.len() > 2), (60_000, true));
        assert_eq!(batches(&packed, 0)?, whole);
        // A file of zstd: one frame of blocks that are stored as they are.
        let pieces: Vec<&[u8]> = log.as_bytes().chunks(100_000).collect();
        let mut stored = b"\x28\xb5\x2f\xfd\x00\x38".to_vec();
        for (nth, piece) in pieces.iter().enumerate() {
            let header = (piece.len() << 3) | usize::from(nth + 1 == pieces.len());
            stored.extend_from_slice(&header.to_le_bytes()[..3]);
            stored.extend_from_slice(piece);
        }
        std::fs::write(&packed, stored).map_err(Error::internal)?;
        assert_eq!(batches(&packed, 0)?, whole);
        // The batch that holds the next line is sent, and none before it.
        let again = batches(&plain, whole.1[1].0)?;
        assert_eq!((again.0, again.1.as_slice()), (60_000, &whole.1[1..]));
        assert_eq!(named_after(&plain)?.split('-').nth(1), named_after(&packed)?.split('-').nth(1));
        std::fs::write(&plain, "").map_err(Error::internal)?;
        assert!(batches(&plain, 0).is_err_and(|error| error.to_string().contains("is empty")));
        Ok(())
    }
}
