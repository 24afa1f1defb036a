//! A log on its way to a gateway. Each batch is acknowledged once it is durable; whatever breaks in between, the log goes
//! on after the last line that was, and no line counts twice.

use std::{collections::HashMap, fs::File, io::Read as _, path::Path, time::Duration};

use chassis::{
    error::{Error, Kind, Result},
    lines::{
        self, Batch, Cutter,
        packed::{Packing, Trouble, Unpacker},
        whole::Maker,
    },
};
use proto::filtering_ingest::v1::{
    Counts, Delivery, GetDeliveryRequest, GetSenderDeliveryRequest, IngestLinesRequest, IngestLinesResponse,
    SenderCounts, filtering_ingest_client::FilteringIngestClient, senders_client::SendersClient,
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
/// Under what an error says why a log cannot be unpacked.
const REFUSED: &str = "refused";
/// How long the service may take to note that.
const TOLD_WITHIN: Duration = Duration::from_secs(5);
/// How often it is tried again without any line more.
const TRIES: u32 = 60;
/// How many logs of one name and one first line are told apart without anybody naming them: a daily export's for years.
const OF_ONE_NAME: u32 = 2_000;
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
    if file.as_os_str() == "-" {
        return Err(Error::invalid(
            "file",
            "Write standard input to a file and name that: what is sent is read again from where a connection broke",
        ));
    }
    let to = delivery.clone();
    let done = whole(config, file, delivery).await;
    // What cannot be unpacked is counted of the feed, as at every other door.
    if let Some(why) = done.as_ref().err().and_then(|error| error.metadata(REFUSED)) {
        let refused = IngestLinesRequest { refused: why.to_owned(), ..to };
        let _ = tokio::time::timeout(TOLD_WITHIN, tell(config, refused)).await;
    }
    done
}

/// Tells the service that a log is refused. Whatever it answers, it is.
async fn tell(config: &Config, refused: IngestLinesRequest) -> Result<()> {
    let mut ingest = FilteringIngestClient::new(client::gateway(config).await?);
    let answers = ingest.ingest_lines(tokio_stream::once(refused)).await;
    let answer = answers.map_err(|status| self::refused(&status))?.into_inner().next().await;
    answer.transpose().map(|_| ()).map_err(|status| self::refused(&status))
}

/// Sends a log from where it is to its end, over as many connections as that takes.
async fn whole(config: &Config, file: &Path, delivery: IngestLinesRequest) -> Result<()> {
    let (delivery, begun) = settle(config, file, delivery).await?;
    let mut sum = Sum { acknowledged: begun, ..Sum::default() };
    let (mut tries, mut done) = (0, begun);
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

/// A delivery as it is called where nobody says: the file's name and a digest of its first line. That is where it is looked for and not
/// what it is: a row of names is the same tomorrow, so that what went before is compared line by line (`settle`).
fn named_after(file: &Path) -> Result<String> {
    let mut first = None;
    let last = cut(file, 1, |batch| {
        first = Some(batch);
        false
    })?;
    let digest = Sha256::digest(first.or(last).map(|batch| batch.lines).unwrap_or_default());
    // A delivery's name has 200 characters at most, and further ones follow.
    let file: String = file.file_name().unwrap_or_default().to_string_lossy().chars().take(150).collect();
    Ok(format!("{file}-{}", hex::encode(&digest[..8])))
}

/// Which delivery a log is, and after which of its lines it goes on. It continues a delivery only where its own beginning is proven to be
/// what that one took in; a log of the same name that begins otherwise is one of its own.
async fn settle(config: &Config, file: &Path, mut delivery: IngestLinesRequest) -> Result<(IngestLinesRequest, u64)> {
    let named = !delivery.delivery_id.is_empty();
    let base = if named { delivery.delivery_id.clone() } else { named_after(file)? };
    let mut taken = Vec::new();
    let most = if named { 1 } else { OF_ONE_NAME };
    for nth in 1..=most {
        delivery.delivery_id = if nth == 1 { base.clone() } else { format!("{base}-{nth}") };
        match known(config, &delivery).await? {
            Some(before) => taken.push(before),
            None => break,
        }
        if nth == OF_ONE_NAME {
            return Err(Error::invalid("delivery", "too many logs of this name were sent: name it with --delivery"));
        }
    }
    let begins = beginnings(file, &taken)?;
    if let Some(same) = taken.iter().rev().find(|before| is_of(before, &begins)) {
        delivery.delivery_id.clone_from(&same.delivery_id);
        return Ok((delivery, same.acknowledged_line));
    }
    match taken.first() {
        // What was sent without a digest cannot be compared: whoever named it says that it is the same.
        Some(before) if named && !before.digest.is_empty() => Err(Error::invalid(
            "delivery",
            format!(
                "{} lines of a delivery named {base} were taken in before, and this log does not begin with them: give it another name",
                before.acknowledged_line
            ),
        )),
        _ => Ok((delivery, 0)),
    }
}

/// A delivery as far as it was taken in; none where none of the name was.
async fn known(config: &Config, delivery: &IngestLinesRequest) -> Result<Option<Delivery>> {
    let IngestLinesRequest { school_id, feed_id, sender_id, delivery_id, .. } = delivery.clone();
    let channel = client::gateway(config).await?;
    let found = if sender_id.is_empty() {
        let asked = GetDeliveryRequest { school_id, feed_id, delivery_id };
        let answer = FilteringIngestClient::new(channel).get_delivery(asked).await;
        answer.map(|answer| answer.into_inner().delivery)
    } else {
        let asked = GetSenderDeliveryRequest { school_id: String::new(), sender_id, delivery_id };
        let answer = SendersClient::new(channel).get_sender_delivery(asked).await;
        answer.map(|answer| answer.into_inner().delivery)
    };
    match found {
        Ok(found) => Ok(found),
        Err(status) if status.code() == Code::NotFound => Ok(None),
        Err(status) => Err(Error::from_status(&status)),
    }
}

/// Digests of a log from its first byte to the end of a line, with and without what ends that.
type Beginnings = HashMap<u64, [Vec<u8>; 2]>;

/// The digests of a log up to where each of these deliveries is.
fn beginnings(file: &Path, taken: &[Delivery]) -> Result<Beginnings> {
    let mut begins = HashMap::new();
    let Some(furthest) = taken.iter().map(|before| before.acknowledged_line).max() else { return Ok(begins) };
    let (mut whole, mut line) = (Sha256::new(), 0);
    let mut note = |batch: Batch| {
        line += 1;
        if taken.iter().any(|before| before.acknowledged_line == line) {
            let text = batch.lines.strip_suffix(b"\n").unwrap_or(&batch.lines);
            // Its last line may have been sent before it ended, and have ended since.
            begins.insert(line, [whole.clone().chain_update(text).finalize().to_vec(), batch.digest]);
        }
        whole.update(&batch.lines);
        line < furthest
    };
    // A batch of one byte at least is a line.
    if let Some(last) = cut(file, 1, &mut note)?
        && !last.lines.is_empty()
    {
        note(last);
    }
    Ok(begins)
}

/// Whether a log begins with what a delivery took in.
fn is_of(before: &Delivery, begins: &Beginnings) -> bool {
    let begun = begins.get(&before.acknowledged_line);
    !before.digest.is_empty() && begun.is_some_and(|begun| begun.iter().any(|digest| *digest == before.digest))
}

/// Reads a log batch by batch, as fast as they are taken, but for what stands up to a line; answers how many lines it has, or 0 where
/// nobody took it to its end. Each batch says what the log was up to its end.
fn read(file: &Path, delivery: &IngestLinesRequest, after: u64, to: &mpsc::Sender<IngestLinesRequest>) -> Result<u64> {
    let mut lines = 0;
    let mut send = |batch: Batch| {
        lines = batch.first_line + lines::count(&batch.lines) - 1;
        if lines <= after {
            return true;
        }
        // What was acknowledged ends within this batch, where the log grew since: it goes on behind that.
        let before = after.saturating_sub(batch.first_line - 1);
        let request = IngestLinesRequest {
            first_line: batch.first_line + before,
            lines: behind(&batch.lines, before).to_vec().into(),
            digest: batch.digest.into(),
            ..delivery.clone()
        };
        // Where nobody takes it any more, the service's answer says why.
        to.blocking_send(request).is_ok()
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

/// What stands behind so many lines.
fn behind(lines: &[u8], count: u64) -> &[u8] {
    let mut rest = lines;
    for _ in 0..count {
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
        rest = &rest[end..];
    }
    rest
}

/// Cuts a log into batches, unpacked where it is packed and made into lines where its records are written over several, for
/// as long as `each` wants more; answers the last batch, or none where it was not to be had.
fn cut(file: &Path, size: usize, mut each: impl FnMut(Batch) -> bool) -> Result<Option<Batch>> {
    let broken = |trouble: Trouble| {
        Error::invalid("file", format!("{}: {trouble}", file.display())).with(REFUSED, trouble.code())
    };
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
        // What stands behind the last line that was acknowledged is sent, and nothing before it.
        let again = batches(&plain, whole.1[1].0 - 1)?;
        assert_eq!((again.0, again.1.as_slice()), (60_000, &whole.1[1..]));
        let again = batches(&plain, whole.1[1].0)?;
        assert_eq!(again.1[0].0, whole.1[1].0 + 1);
        assert_eq!(again.1[0].1, behind(&whole.1[1].1, 1));
        assert_eq!(named_after(&plain)?.split('-').nth(1), named_after(&packed)?.split('-').nth(1));
        std::fs::write(&plain, "").map_err(Error::internal)?;
        assert!(batches(&plain, 0).is_err_and(|error| error.to_string().contains("is empty")));
        Ok(())
    }

    #[test]
    fn a_log_of_the_same_name_is_continued_only_where_it_begins_with_what_was_taken() -> Result<()> {
        let folder = tempfile::tempdir().map_err(Error::internal)?;
        let file = folder.path().join("export.csv");
        let write = |log: &str| std::fs::write(&file, log).map_err(Error::internal);
        let monday = "Time,User,URL\n1,a,x.example\n2,b,y.example\n";
        write(monday)?;
        let name = named_after(&file)?;
        let (to, mut sent) = mpsc::channel(10);
        let lines = read(&file, &IngestLinesRequest::default(), 0, &to)?;
        let digest = sent.try_recv().map_err(Error::internal)?.digest;
        let before = Delivery { acknowledged_line: lines, digest, ..Delivery::default() };
        let continues = |log: &str| {
            write(log)?;
            beginnings(&file, std::slice::from_ref(&before)).map(|begins| is_of(&before, &begins))
        };
        assert!(continues(monday)?, "sent again");
        assert!(continues(&format!("{monday}3,c,z.example\n"))?, "grown");
        assert!(!continues("Time,User,URL\n1,a,x.example\n3,c,z.example\n4,d,z.example\n")?, "tomorrow's");
        assert_eq!(named_after(&file)?, name, "though it begins with the same row of names");
        assert!(!continues("Time,User,URL\n2,b,y.example\n")?, "a line is gone");
        let unsaid = Delivery { acknowledged_line: lines, ..Delivery::default() };
        assert!(!is_of(&unsaid, &beginnings(&file, std::slice::from_ref(&unsaid))?), "what nobody knows is no proof");
        Ok(())
    }
}
