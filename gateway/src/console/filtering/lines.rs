//! Sending a log file to a feed from the console: streamed on in batches, never held whole.

use axum::extract::{Multipart, Path, multipart::Field as File};
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{Counts, IngestLinesRequest},
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::{
    console::{
        upload,
        visit::{Answer, Visit},
    },
    pages::{
        form::{Field, FormPage},
        part::Head,
    },
};

/// The largest file the page takes, in bytes. Larger ones go through the command or the interface for programs.
pub const LARGEST: usize = 256 << 20;
/// How much is sent at once: less than the contract's limit for a batch.
const BATCH: usize = 512 << 10;

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![
        Field::file("file", "The log file")
            .hint("As the filter wrote it, 256 MB at most. Sending the same page twice counts its lines once."),
    ]
}

fn page(visit: &Visit, feed_id: &str) -> FormPage {
    let here = visit.at(&format!("/filtering/feeds/{feed_id}"));
    let crumbs = visit.crumbs(&[("Filtering", visit.at("/filtering")), ("Feed", here.clone())]);
    visit.form_page(Head::new("Send a log file", crumbs), format!("{here}/lines"), "Send the file", fields())
}

/// Asks for the file.
pub async fn show(visit: Visit, Path((_, feed_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::FeedIngest)?;
    visit.page(&page(&visit, &feed_id))
}

/// Sends its lines on.
pub async fn send(visit: Visit, Path((_, feed_id)): Path<(String, String)>, mut parts: Multipart) -> Answer {
    visit.needs(Permission::FeedIngest)?;
    let (answers, mut file) = upload::begin(&visit, &mut parts).await?;
    let (batches, waiting) = mpsc::channel(4);
    let delivery = Delivery {
        school_id: visit.school.clone(),
        feed_id: feed_id.clone(),
        delivery_id: answers.request_id(),
        lines: Vec::new(),
        first_line: 1,
    };
    let (sent, accounted) = tokio::join!(delivery.send(&mut file, batches), account(&visit, waiting));
    // What the service refused explains more than that it stopped listening.
    let done = match (accounted, sent) {
        (Err(error), _) | (Ok(_), Err(error)) => Err(error),
        (Ok(_), Ok(0)) => Err(Error::invalid("file", "Select a file that is not empty")),
        (Ok(Counts { received: 1.., kept: 0, folded: 0, excepted: 0, noise: 0, .. }), Ok(_)) => Err(Error::invalid(
            "file",
            "No line of this file is web use that could be read: see the feed’s rejected lines",
        )),
        (Ok(taken), Ok(_)) => Ok(taken),
    };
    match done {
        Ok(taken) => {
            let done = if taken.received == 0 { "lines_repeated" } else { "lines" };
            visit.to(&visit.at(&format!("/filtering/feeds/{feed_id}?done={done}")))
        }
        Err(error) => visit.again(page(&visit, &feed_id), &answers, error, ""),
    }
}

async fn account(visit: &Visit, batches: mpsc::Receiver<IngestLinesRequest>) -> Result<Counts, Error> {
    let refused = |status: tonic::Status| {
        let error = crate::refusal::of_status(&status);
        // The page asks for a file; that is where its answer belongs.
        match error.violations().iter().find(|v| v.field == "lines") {
            Some(lines) => Error::invalid("file", lines.message.clone()),
            None => error,
        }
    };
    let mut filtering = visit.filtering()?;
    let mut answers = filtering.ingest_lines(ReceiverStream::new(batches)).await.map_err(refused)?.into_inner();
    let mut taken = Counts::default();
    while let Some(answer) = answers.message().await.map_err(refused)? {
        let counts = answer.counts.unwrap_or_default();
        taken.received += counts.received;
        taken.kept += counts.kept;
        taken.folded += counts.folded;
        taken.excepted += counts.excepted;
        taken.noise += counts.noise;
    }
    Ok(taken)
}

/// A file on its way, cut into batches of whole lines.
struct Delivery {
    school_id: String,
    feed_id: String,
    delivery_id: String,
    lines: Vec<u8>,
    first_line: u64,
}

impl Delivery {
    async fn send(mut self, file: &mut File<'_>, batches: mpsc::Sender<IngestLinesRequest>) -> Result<u64, Error> {
        while let Some(chunk) = upload::chunk(file).await? {
            self.lines.extend_from_slice(&chunk);
            while let Some(batch) = self.batch() {
                if batches.send(batch).await.is_err() {
                    return Ok(self.first_line);
                }
            }
        }
        let last = std::mem::take(&mut self.lines);
        if !last.is_empty() {
            let batch = self.request(last);
            let _ = batches.send(batch).await;
        }
        Ok(self.first_line - 1)
    }

    /// The next batch, once there is enough for one: whole lines, or the beginning of one that is too long for any.
    fn batch(&mut self) -> Option<IngestLinesRequest> {
        if self.lines.len() < BATCH {
            return None;
        }
        let end = match self.lines[..BATCH].iter().rposition(|byte| *byte == b'\n') {
            Some(newline) => newline + 1,
            // A line as long as that is refused as too long by the service; it must still be counted as one.
            None => {
                let newline = self.lines.iter().position(|byte| *byte == b'\n');
                let Some(newline) = newline else {
                    self.lines.truncate(BATCH);
                    return None;
                };
                self.lines.drain(BATCH - 1..newline);
                BATCH
            }
        };
        let rest = self.lines.split_off(end);
        let lines = std::mem::replace(&mut self.lines, rest);
        Some(self.request(lines))
    }

    fn request(&mut self, lines: Vec<u8>) -> IngestLinesRequest {
        let first_line = self.first_line;
        let ends = lines.iter().filter(|byte| **byte == b'\n').count() + usize::from(!lines.ends_with(b"\n"));
        self.first_line += u64::try_from(ends).unwrap_or_default();
        IngestLinesRequest {
            school_id: self.school_id.clone(),
            feed_id: self.feed_id.clone(),
            delivery_id: self.delivery_id.clone(),
            first_line,
            lines: lines.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(file: &[u8], chunk: usize) -> Vec<(u64, Vec<u8>)> {
        let text = String::new;
        let mut delivery =
            Delivery { school_id: text(), feed_id: text(), delivery_id: text(), lines: vec![], first_line: 1 };
        let mut batches = Vec::new();
        for piece in file.chunks(chunk) {
            delivery.lines.extend_from_slice(piece);
            while let Some(batch) = delivery.batch() {
                batches.push((batch.first_line, batch.lines.to_vec()));
            }
        }
        let last = std::mem::take(&mut delivery.lines);
        if !last.is_empty() {
            let batch = delivery.request(last);
            batches.push((batch.first_line, batch.lines.to_vec()));
        }
        batches
    }

    #[test]
    fn batches_hold_whole_lines_and_number_them_on() {
        let file: Vec<u8> = (0..60_000).flat_map(|n| format!("line number {n:05}\n").into_bytes()).collect();
        let batches = cut(&file, 9_999);
        assert!(batches.len() > 1 && batches.iter().all(|(_, lines)| lines.ends_with(b"\n") && lines.len() <= BATCH));
        assert_eq!(batches.iter().flat_map(|(_, lines)| lines.clone()).collect::<Vec<u8>>(), file);
        let mut next = 1;
        for (first, lines) in batches {
            assert_eq!(first, next);
            next += u64::try_from(lines.iter().filter(|b| **b == b'\n').count()).unwrap_or_default();
        }
        assert_eq!(next, 60_001);
    }

    #[test]
    fn a_line_longer_than_any_batch_still_counts_as_one() {
        let mut file = vec![b'x'; BATCH * 3];
        file.extend_from_slice(b"\nshort\n");
        let batches = cut(&file, 100_000);
        assert_eq!(batches.iter().map(|(first, _)| *first).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(batches[1].1, b"short\n");
        assert!(batches[0].1.len() <= BATCH);
    }
}
