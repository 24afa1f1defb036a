//! What every door does with a batch of lines: whose turn it is, how far its delivery is, and in one transaction what
//! becomes of its lines.

mod feed;
pub(crate) mod moved;
pub(crate) mod replay;
mod reread;
mod routed;
pub(crate) mod syslog;
pub(crate) mod turn;

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
};
use proto::filtering_ingest::v1::{IngestLinesRequest, IngestLinesResponse};

use time::OffsetDateTime;

use crate::{
    App,
    delivery::{Coming, Wrong},
    intake::{Further, Taken},
};

/// The largest batch, in bytes.
pub(crate) const BATCH_MAX: usize = 1 << 20;

/// Lines on their way into a feed.
pub(crate) struct Arrival<'a> {
    /// The lines.
    pub(crate) lines: &'a [u8],
    /// The number of the first of them.
    pub(crate) first_line: u64,
    /// Lines up to this number were accounted for before.
    pub(crate) done: u64,
    /// Their delivery.
    pub(crate) delivery_id: &'a str,
    /// When they came.
    pub(crate) received_at: OffsetDateTime,
    /// Their numbers in the delivery where they are some of its lines; none where they are all of them.
    pub(crate) numbers: &'a [u64],
    /// The row of names that holds for them, where they are some of a delivery's lines and their log names its columns.
    pub(crate) header: Option<&'a str>,
    /// What becomes of further records that stand in one line.
    pub(crate) further: Further,
    /// What alerts say of lines that are late; empty where they are not.
    pub(crate) late: &'a str,
    /// The routing keys of a line by its number in the delivery, where its sender is one of several schools.
    pub(crate) keys: Option<&'a (dyn Fn(u64) -> Vec<String> + Sync)>,
}

impl Arrival<'_> {
    /// Gives what became of some lines the numbers they have in their delivery.
    pub(crate) fn renumber(&self, taken: &mut Taken) {
        let of = |line: u64| {
            let place = line.checked_sub(self.first_line).and_then(|place| usize::try_from(place).ok());
            place.and_then(|place| self.numbers.get(place)).copied().unwrap_or(line)
        };
        taken.renumber(of);
    }
}

/// What a door knows of a batch beyond what the contract carries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beyond {
    /// Messages after its lines that were cut off on their way.
    pub(crate) cut: u64,
    /// Whether it is of one log, whose first lines tell what wrote it: another product's is then refused whole.
    pub(crate) log: bool,
}

/// Takes a batch in: for a feed, or from a sender for the schools its lines belong to.
///
/// # Errors
/// `Missing` where there is no such feed of the caller's; `Invalid` where the batch is none; `Conflict` where its delivery
/// was sent before with other lines; `Exhausted` where too much of the feed is waiting.
pub(crate) async fn take_in(app: &App, caller: &Caller, batch: IngestLinesRequest) -> Result<IngestLinesResponse> {
    match caller.sender() {
        Some(_) => routed::take_in(app, caller, batch, Beyond { cut: 0, log: true }).await,
        // Only a sender speaks as one: to everybody else there is no such thing.
        None if !batch.sender_id.is_empty() => Err(Error::missing()),
        None => feed::take_in(app, &caller.at(&batch.school_id)?, batch).await,
    }
}

/// Checks what a batch holds itself.
fn check(batch: &IngestLinesRequest) -> Result<()> {
    let mut violations = Violations::new();
    let named =
        (1..=200).contains(&batch.delivery_id.chars().count()) && !batch.delivery_id.chars().any(char::is_control);
    violations.check(named, "delivery_id", "Enter a name of 1 to 200 characters for the delivery");
    violations.check(batch.first_line > 0, "first_line", "Enter the number of the batch's first line, from 1");
    let some = !batch.lines.is_empty() || (batch.last && batch.first_line > 1);
    violations.check(some, "lines", "Send one line at least");
    violations.check(batch.lines.len() <= BATCH_MAX, "lines", "Send 1 MiB of lines at most in one batch");
    violations.check(matches!(batch.digest.len(), 0 | 32), "digest", "Enter a SHA-256, or leave it empty");
    violations.finish()
}

/// A batch as its delivery sees it.
fn coming(batch: &IngestLinesRequest) -> Coming<'_> {
    Coming {
        first_line: batch.first_line,
        lines: chassis::lines::count(&batch.lines),
        digest: &batch.digest,
        last: batch.last,
    }
}

/// Why a batch does not belong to its delivery, for whoever sends it.
fn wrong(why: Wrong) -> Error {
    match why {
        Wrong::Gap(next) => Error::invalid("first_line", format!("Send line {next} next: a batch is missing")),
        Wrong::Another => Error::delivery_reused(),
    }
}
