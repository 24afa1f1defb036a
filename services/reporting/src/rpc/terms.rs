//! A term and the one before, counted for a report: a few statements, however many schools there are.

use std::collections::BTreeMap;

use chassis::{calendar::Term, db::Tx, error::Result};
use time::Date;

use crate::{
    measure::lines,
    report::{Tallies, questions, tallies},
    table::{Counted, Schools, counts},
};

/// The counts of a report, by school.
#[derive(Default)]
pub(super) struct Terms {
    /// The term's.
    pub(super) now: BTreeMap<String, Tallies>,
    /// The term before's.
    pub(super) before: BTreeMap<String, Tallies>,
    /// The term's as they are known now, where the report is as at a past day.
    pub(super) known: Option<BTreeMap<String, Tallies>>,
}

impl Terms {
    /// Counts them.
    pub(super) async fn count(tx: &Tx, schools: &Schools, term: Term, as_at: Option<Date>) -> Result<Self> {
        let mut asked = questions(schools, term, as_at);
        asked.extend(questions(schools, term.before(), as_at));
        if as_at.is_some() {
            asked.extend(questions(schools, term, None));
        }
        let counted = counts(tx, asked).await?;
        let mut reports = counted.chunks(lines().len().max(1)).map(|report: &[Counted]| tallies(report));
        let (now, before) = (reports.next().unwrap_or_default(), reports.next().unwrap_or_default());
        Ok(Self { now, before, known: reports.next() })
    }
}

/// A school's counts; none at all where nothing was counted.
pub(super) fn of(counts: &BTreeMap<String, Tallies>, school: &str) -> Tallies {
    counts.get(school).cloned().unwrap_or_default()
}
