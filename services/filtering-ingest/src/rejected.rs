//! Rejected lines as they are listed: those that follow one another and were rejected for the same stand together, so that a
//! file that is no log of the feed's makes a handful of entries and not one for each line. Together they count every line.

use std::collections::BTreeMap;

use crate::{delivery::TOLD, observation::Rejected};

/// Entries of one batch that stand by their places; what is beyond them stands together by reason.
const PLACES: usize = 1_000;

/// Lines that were rejected for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The first.
    pub line: u64,
    /// The last.
    pub until: u64,
    /// How many of those from the first to the last.
    pub lines: u64,
    /// Why.
    pub why: Rejected,
}

/// The rejected lines of a batch, which are in their order, as they are listed. Of those that are no web use, which may be
/// most of a firewall's log and are as they should be, fewer places are told.
pub fn stretches(rejected: &[(u64, Rejected)]) -> Vec<Stretch> {
    let mut placed: Vec<Stretch> = Vec::new();
    let mut rest: BTreeMap<(&str, &str), Stretch> = BTreeMap::new();
    let (mut normal, mut wrong) = (0, 0);
    for (line, why) in rejected {
        let one = Stretch { line: *line, until: *line, lines: 1, why: *why };
        // Several of one line are rejected for the same, and follow one another.
        let next = |until: u64| until == *line || until.checked_add(1) == Some(*line);
        let goes_on = |last: &&mut Stretch| last.why == *why && next(last.until);
        if let Some(last) = placed.last_mut().filter(goes_on) {
            (last.until, last.lines) = (*line, last.lines + 1);
            continue;
        }
        let (places, most) = if why.kind() == "not_web" { (&mut normal, TOLD) } else { (&mut wrong, PLACES) };
        if *places < most {
            *places += 1;
            placed.push(one);
        } else {
            let known = rest.entry((why.reason, why.detail)).or_insert(Stretch { lines: 0, ..one });
            (known.until, known.lines) = (*line, known.lines + 1);
        }
    }
    placed.extend(rest.into_values());
    placed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const JUNK: Rejected = Rejected { reason: "malformed", detail: "no line of this product" };
    const BLANK: Rejected = Rejected { reason: "empty", detail: "an empty line" };

    #[test]
    fn lines_that_follow_one_another_stand_together() {
        let lines = [(3, JUNK), (4, JUNK), (5, JUNK), (7, JUNK), (8, BLANK)];
        let told: Vec<_> = stretches(&lines).iter().map(|s| (s.line, s.until, s.lines, s.why.reason)).collect();
        assert_eq!(told, [(3, 5, 3, "malformed"), (7, 7, 1, "malformed"), (8, 8, 1, "empty")]);
    }

    #[test]
    fn a_batch_of_nothing_but_junk_makes_few_entries() {
        let junk: Vec<_> = (1..=500_000).map(|line| (line, JUNK)).collect();
        assert_eq!(stretches(&junk).len(), 1);
        let mixed: Vec<_> =
            (1..=500_000_u64).map(|line| (line, if line.is_multiple_of(2) { JUNK } else { BLANK })).collect();
        let told = stretches(&mixed);
        assert_eq!(told.len(), PLACES + 2);
        assert_eq!(told.last().map(|s| (s.until, s.lines)), Some((500_000, 249_500)));
    }

    proptest! {
        #[test]
        fn every_rejected_line_is_counted_once(marks in proptest::collection::vec(0_usize..4, 0..4_000)) {
            let why = [None, Some(JUNK), Some(BLANK), Some(Rejected { reason: "not_web", detail: "no web use" })];
            let lines: Vec<(u64, Rejected)> =
                (1..).zip(marks).filter_map(|(line, mark)| why[mark].map(|why| (line, why))).collect();
            let told = stretches(&lines);
            let counted: u64 = told.iter().map(|stretch| stretch.lines).sum();
            prop_assert_eq!(counted, u64::try_from(lines.len()).unwrap_or_default());
            prop_assert!(told.len() <= PLACES + TOLD + 3);
            prop_assert!(told.iter().all(|s| s.until - s.line + 1 >= s.lines));
            let mut firsts: Vec<u64> = told.iter().map(|stretch| stretch.line).collect();
            firsts.sort_unstable();
            firsts.dedup();
            prop_assert_eq!(firsts.len(), told.len(), "each has a place of its own");
        }
    }
}
