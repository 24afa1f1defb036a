//! How far a delivery is. Lines are numbered by their delivery, each is accounted for once, and what comes again is known
//! again: by its number, and where the sender says so by what it is.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{ledger::Counts, observation::Rejected, sender::SenderCounts};

/// Rejected lines that are kept with their delivery.
pub const TOLD: usize = 100;

/// A delivery as far as it is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Delivery {
    /// The last line that was accounted for.
    pub acknowledged: u64,
    /// What it was from its first byte to that line, as the sender says; empty where it does not.
    #[serde(default)]
    digest: Vec<u8>,
    /// Whether it takes no further line.
    #[serde(default)]
    pub complete: bool,
    /// How its lines were accounted for at their schools.
    #[serde(default)]
    pub counts: Counts,
    /// How they were accounted for where a sender sent them.
    #[serde(default)]
    pub sender_counts: SenderCounts,
    /// Its first rejected lines.
    #[serde(default)]
    pub rejected: Vec<RejectedAt>,
    /// Lines that were no UTF-8.
    #[serde(default)]
    pub recoded: u64,
    /// When its first batch was taken in.
    #[serde(default)]
    pub begun_at: Option<OffsetDateTime>,
    /// When its latest batch was taken in.
    #[serde(default)]
    pub last_at: Option<OffsetDateTime>,
}

/// A rejected line with its place in the delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedAt {
    /// Its number.
    pub line: u64,
    /// Why, as a code.
    pub reason: String,
    /// What was wrong, without the line's text.
    pub detail: String,
    /// When it was received.
    pub at: OffsetDateTime,
}

/// A batch that comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coming<'a> {
    /// The number of its first line.
    pub first_line: u64,
    /// How many lines it holds.
    pub lines: u64,
    /// What the delivery is up to its end; empty where the sender does not say.
    pub digest: &'a [u8],
    /// Whether the delivery is complete with it.
    pub last: bool,
}

/// What a batch adds to its delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Lines after this one are new.
    Take(u64),
    /// Nothing: every line of it was accounted for before.
    Repeated,
}

/// Why a batch does not belong to its delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// A batch before it is missing: this line is the next.
    Gap(u64),
    /// The delivery was sent before, with other lines.
    Another,
}

impl Delivery {
    /// What a batch adds.
    ///
    /// # Errors
    /// Why it does not belong here.
    pub fn next(&self, coming: &Coming<'_>) -> Result<Step, Wrong> {
        let done = self.acknowledged;
        if coming.first_line > done + 1 {
            return Err(if self.complete { Wrong::Another } else { Wrong::Gap(done + 1) });
        }
        let end = coming.first_line + coming.lines - 1;
        let differs = !self.digest.is_empty() && !coming.digest.is_empty() && self.digest != coming.digest;
        match end.cmp(&done) {
            // A complete delivery has no more lines, and one that says it ends here would have had fewer.
            std::cmp::Ordering::Greater if self.complete => Err(Wrong::Another),
            std::cmp::Ordering::Less if coming.last => Err(Wrong::Another),
            std::cmp::Ordering::Equal if differs => Err(Wrong::Another),
            // The same bytes are cut at the same places: a batch that goes beyond an end there was is of other bytes.
            std::cmp::Ordering::Greater if coming.first_line <= done && differs => Err(Wrong::Another),
            std::cmp::Ordering::Greater => Ok(Step::Take(done)),
            std::cmp::Ordering::Equal | std::cmp::Ordering::Less => Ok(Step::Repeated),
        }
    }

    /// What it was from its first byte to its last acknowledged line, as the sender says; empty where it does not.
    pub fn digest(&self) -> &[u8] {
        &self.digest
    }

    /// Notes how far the delivery is with a batch. A batch of lines that were all there before may still complete it.
    pub fn reach(&mut self, coming: &Coming<'_>, at: OffsetDateTime) {
        let (end, before) = (coming.first_line + coming.lines - 1, self.acknowledged);
        if end >= self.acknowledged {
            self.acknowledged = end;
            // Of lines that came without one nothing is known: what was known of those before is not the whole any more.
            if !coming.digest.is_empty() || end > before {
                self.digest = coming.digest.to_vec();
            }
            self.complete |= coming.last;
        }
        self.begun_at = self.begun_at.or(Some(at));
        self.last_at = Some(at);
    }

    /// Keeps rejected lines with it, as many as are told of.
    pub fn reject(&mut self, rejected: &[(u64, Rejected)], at: OffsetDateTime) {
        let room = TOLD.saturating_sub(self.rejected.len());
        self.rejected.extend(rejected.iter().take(room).map(|(line, why)| RejectedAt {
            line: *line,
            reason: why.reason.to_owned(),
            detail: why.detail.to_owned(),
            at,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn coming(first_line: u64, lines: u64, digest: &[u8], last: bool) -> Coming<'_> {
        Coming { first_line, lines, digest, last }
    }

    fn after(batches: &[Coming<'_>]) -> Delivery {
        let mut delivery = Delivery::default();
        for batch in batches {
            delivery.reach(batch, AT);
        }
        delivery
    }

    #[test]
    fn a_delivery_goes_on_where_it_stopped() {
        let begun = after(&[coming(1, 10, b"", false)]);
        assert_eq!(begun.next(&coming(11, 5, b"", false)), Ok(Step::Take(10)));
        assert_eq!(
            begun.next(&coming(1, 15, b"", false)),
            Ok(Step::Take(10)),
            "a log that grew is sent from its start"
        );
        assert_eq!(begun.next(&coming(4, 2, b"", false)), Ok(Step::Repeated));
        assert_eq!(begun.next(&coming(12, 5, b"", false)), Err(Wrong::Gap(11)));
        assert_eq!(begun.next(&coming(11, 0, b"x", true)), Ok(Step::Repeated), "the end alone completes it");
        assert!(after(&[coming(1, 10, b"x", false), coming(11, 0, b"x", true)]).complete);
    }

    #[test]
    fn other_lines_under_the_same_name_are_another_delivery() {
        let begun = after(&[coming(1, 10, b"ten", false)]);
        assert_eq!(begun.next(&coming(1, 10, b"ten", false)), Ok(Step::Repeated));
        assert_eq!(begun.next(&coming(1, 10, b"other", false)), Err(Wrong::Another));
        assert_eq!(begun.next(&coming(5, 9, b"other", false)), Err(Wrong::Another));
        let whole = after(&[coming(1, 10, b"ten", false), coming(11, 4, b"all", true)]);
        assert_eq!(whole.next(&coming(1, 10, b"ten", false)), Ok(Step::Repeated));
        assert_eq!(whole.next(&coming(11, 4, b"all", true)), Ok(Step::Repeated));
        for other in [
            coming(11, 4, b"other", true),
            coming(11, 5, b"longer", true),
            coming(15, 1, b"longer", false),
            coming(99, 1, b"longer", false),
            coming(11, 2, b"shorter", true),
            coming(1, 0, b"nothing", true),
        ] {
            assert_eq!(whole.next(&other), Err(Wrong::Another), "{other:?}");
        }
    }

    #[test]
    fn no_more_rejected_lines_are_kept_than_are_told_of() {
        let mut delivery = Delivery::default();
        let many: Vec<(u64, Rejected)> = (1..=70).map(|line| (line, Rejected::malformed("x"))).collect();
        delivery.reject(&many, AT);
        delivery.reject(&many, AT);
        assert_eq!(delivery.rejected.len(), TOLD);
    }
}
