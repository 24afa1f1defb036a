//! Disclosure control: the only way from exact counts to figures that may be seen (`docs/disclosure-control.md`).
//!
//! - `unknowns`: what can be worked out of sums, exactly; `series`: running figures as such sums
//! - `block`: what was printed of a fact at a school in a term; `across`: over all schools
//! - `left`: what stands, which follows from what came and what went; `led`: what a fact counts beside a part that another counts
//! - `period`: the grid of time; `truth`, `memory`: what bears on a batch of questions, and is kept

mod across;
mod answer;
#[cfg(test)]
mod attack;
mod block;
mod led;
mod left;
mod memory;
mod period;
mod series;
mod truth;
mod unknowns;

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

use chassis::{clock::london, db::Tx, error::Result};
use time::Date;

pub(crate) use answer::narrow;
pub use answer::too_narrow;
pub use chassis::suppress::Figure;
pub(crate) use led::part_of;

use crate::{
    measure::Counts,
    store::{self, state::SchoolState},
    table::{Counted, Question, Schools},
};
use memory::{Memory, Needs};

/// The least count of people that is printed beside 0, as it is configured.
static MIN_CELL: AtomicU64 = AtomicU64::new(chassis::suppress::MIN_CELL);

/// Among fewer schools than this no school is told its place, as it is configured.
static MIN_SCHOOLS: AtomicUsize = AtomicUsize::new(10);

/// Sets the thresholds, once, when the service starts.
pub(crate) fn configure(min_cell: u64, min_schools: usize) {
    MIN_CELL.store(min_cell, Ordering::Relaxed);
    MIN_SCHOOLS.store(min_schools, Ordering::Relaxed);
}

/// Among fewer schools than this no school is told its place.
pub fn min_schools() -> usize {
    MIN_SCHOOLS.load(Ordering::Relaxed)
}

/// The least count of people that is printed beside 0.
pub fn min_cell() -> u64 {
    MIN_CELL.load(Ordering::Relaxed)
}

/// To whom figures are printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    /// `school:` and a school's id, or `authority`.
    pub to: String,
}

/// The answer to a question as it may be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The question.
    pub question: Question,
    /// What the rows are called; none where their names would tell what is hidden.
    pub rows: Vec<String>,
    /// What the columns are called.
    pub columns: Vec<String>,
    /// Rows of columns.
    pub cells: Vec<Vec<Figure>>,
    /// The sum of each row.
    pub row_totals: Vec<Figure>,
    /// The sum of each column.
    pub column_totals: Vec<Figure>,
    /// The day the sum of each row is of, where it waits.
    pub row_totals_held: Vec<Option<Date>>,
    /// The day the sum of each column is of, where it waits.
    pub column_totals_held: Vec<Option<Date>>,
    /// The sum of all.
    pub total: Figure,
    /// The day all figures are of, or the earliest where some of them wait.
    pub as_at: Date,
    /// The day the sum of all is of, where it waits.
    pub total_held: Option<Date>,
    /// The day each cell is of, where it waits: what came since would tell a small count, and is added later.
    pub held: Vec<Vec<Option<Date>>>,
}

/// Turns exact counts into what may be seen. Tables that are printed together are judged together, and with all that was ever
/// printed about the same things to anybody; what is printed new is remembered.
///
/// # Errors
/// Where the store cannot be read, and `Missing` where there is no such school.
pub(crate) async fn disclose(tx: &mut Tx, audience: &Audience, counted: &[Counted]) -> Result<Vec<Published>> {
    let today = london(tx.now()).date();
    let mut needs = Needs::new();
    let mut schools = Some(BTreeSet::new());
    for Counted { question, .. } in counted {
        match (&question.schools, &mut schools) {
            (Schools::One(school), Some(schools)) => {
                schools.insert(school.clone());
            }
            (Schools::One(_), None) => {}
            (Schools::All, schools) => *schools = None,
        }
    }
    // What stands goes back to the first term.
    let mut first = None;
    if counted.iter().any(|counted| counted.question.measure.fact == left::OPEN) {
        let all = store::state::schools(tx).await?;
        let asked = all.iter().filter(|of| schools.as_ref().is_none_or(|ids| ids.contains(&of.school_id)));
        first = asked.filter_map(SchoolState::first_term).min();
    }
    for Counted { question, .. } in counted.iter().filter(|of| of.question.measure.counts == Counts::People) {
        answer::need(question, today, first, &mut needs);
    }
    let min_cell = i64::try_from(min_cell()).unwrap_or(i64::MAX);
    let mut memory = Memory::read(tx, &needs, schools, &audience.to, min_cell).await?;
    memory.publish(tx, &needs).await?;
    let answered = |counted: &Counted| match counted.question.measure.counts {
        Counts::People => answer::of_people(&memory, counted, today),
        Counts::Things => answer::as_counted(&memory, counted, today),
    };
    Ok(counted.iter().map(answered).collect())
}
