//! What was printed of one fact at one school in one term, and what may be printed next.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::series::{Point, Series, unknowns};

/// Counts by the values of a dimension.
pub(super) type Parts = BTreeMap<String, i64>;

/// The true counts of a block at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Truth {
    /// All of it.
    pub(super) total: i64,
    /// By dimension and value; values that nothing counts in are left out.
    pub(super) parts: BTreeMap<String, Parts>,
    /// The dimensions in which one thing may count in several values.
    pub(super) several: BTreeSet<String>,
}

/// When something is printed, and to whom.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    /// In microseconds.
    pub(super) at: i64,
    /// The day in London, as a Julian day.
    pub(super) day: i32,
    /// The audience.
    pub(super) to: String,
}

/// One printing: the counts of that moment, and which of them were printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Step {
    at: i64,
    day: i32,
    to: String,
    truth: Truth,
    total: bool,
    /// By dimension, the values that were printed; a value that nothing counted in is printed with any of them.
    shown: BTreeMap<String, BTreeSet<String>>,
}

impl Step {
    fn count(&self, dimension: &str, value: &str) -> i64 {
        self.truth.parts.get(dimension).and_then(|parts| parts.get(value)).copied().unwrap_or_default()
    }

    fn shows(&self, dimension: &str, value: &str) -> bool {
        self.shown.get(dimension).is_some_and(|shown| shown.contains(value) || self.count(dimension, value) == 0)
    }
}

/// A figure that was printed, and the day it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Printed {
    /// The figure.
    pub(super) count: i64,
    /// The day it was first printed on.
    pub(super) day: i32,
}

/// What is asked of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Of<'a> {
    /// All of it.
    Total,
    /// The part with one value of a dimension.
    Part(&'a str, &'a str),
}

/// All printings of a block, in the order of time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Block {
    steps: Vec<Step>,
}

impl Block {
    /// Prints what can be printed now of what is asked for, and says whether that is more than before.
    ///
    /// Nothing is printed of which the printings before, together with this one, would tell a small count.
    pub(super) fn publish(&mut self, truth: &Truth, moment: &Moment, dimensions: &BTreeSet<&str>, min_cell: i64) -> bool {
        let before = self.steps.clone();
        if self.steps.last().is_none_or(|last| last.truth != *truth) {
            self.steps.push(Step {
                at: moment.at,
                day: moment.day,
                to: moment.to.clone(),
                truth: truth.clone(),
                total: false,
                shown: BTreeMap::new(),
            });
        }
        if self.change(|step| step.total = true, |block| block.safe(min_cell)) {
            for dimension in dimensions {
                if self.last().is_some_and(|last| !last.shown.contains_key(*dimension)) {
                    self.print_parts(truth, dimension, min_cell);
                }
            }
        }
        // What printed nothing is not remembered: nobody can know of it.
        self.steps.retain(|step| step.total);
        self.steps != before
    }

    /// The figure of a part or of all as it was last printed by the end of a day; of any day where none is named.
    pub(super) fn printed(&self, of: Of<'_>, by: Option<i32>) -> Option<Printed> {
        let shows = |step: &&Step| match of {
            Of::Total => step.total,
            Of::Part(dimension, value) => step.shows(dimension, value),
        };
        let step = self.steps.iter().rev().filter(|step| by.is_none_or(|by| step.day <= by)).find(shows)?;
        let count = match of {
            Of::Total => step.truth.total,
            Of::Part(dimension, value) => step.count(dimension, value),
        };
        Some(Printed { count, day: step.day })
    }

    /// Whether a breakdown was printed by a day at all: where it was not, not even its values are named.
    pub(super) fn broken_down(&self, dimension: &str, by: Option<i32>) -> bool {
        self.steps.iter().any(|step| by.is_none_or(|by| step.day <= by) && step.shown.contains_key(dimension))
    }

    /// The total as it grew, for the table of all schools.
    pub(super) fn totals(&self) -> Vec<Point> {
        self.steps.iter().map(|step| Point { at: step.at, count: step.truth.total, shown: step.total }).collect()
    }

    fn last(&self) -> Option<&Step> {
        self.steps.last()
    }

    /// Changes the last step where what comes of it holds.
    fn change(&mut self, change: impl Fn(&mut Step), holds: impl Fn(&Self) -> bool) -> bool {
        let Some(last) = self.steps.last_mut() else { return false };
        let kept = last.clone();
        change(last);
        if *last == kept || holds(self) {
            return true;
        }
        if let Some(last) = self.steps.last_mut() {
            *last = kept;
        }
        false
    }

    /// Prints a breakdown: all values that are not small, less as many as must be hidden with those that are. Which is hidden
    /// next follows from its place alone: were it the smallest, those that are shown would tell how large it can be.
    fn print_parts(&mut self, truth: &Truth, dimension: &str, min_cell: i64) {
        let Some(parts) = truth.parts.get(dimension) else { return };
        let several = truth.several.contains(dimension);
        let large = |count: i64| count >= min_cell;
        let mut shown: BTreeSet<String> =
            parts.iter().filter(|(_, count)| large(**count)).map(|(value, _)| value.clone()).collect();
        let first = parts.iter().position(|(_, count)| !large(*count)).unwrap_or_default();
        let later = parts.keys().skip(first).chain(parts.keys().take(first));
        let order: Vec<&String> = later.filter(|value| shown.contains(*value)).collect();
        let mut next = order.into_iter();
        loop {
            let holds = |block: &Self| {
                block.safe_by(dimension, min_cell) && (!several || block.among(dimension))
            };
            let set = shown.clone();
            if self.change(|step| drop(step.shown.insert(dimension.to_owned(), set.clone())), holds) {
                return;
            }
            let Some(value) = next.next() else { return };
            shown.remove(value);
        }
    }

    /// Whether the total, and every breakdown that was ever printed, keeps what is small.
    fn safe(&self, min_cell: i64) -> bool {
        let grows = |series: &Series| {
            let mut before = 0;
            series.0.iter().filter(|point| point.shown).all(|point| {
                let by = point.count - std::mem::replace(&mut before, point.count);
                by == 0 || by.abs() >= min_cell
            })
        };
        let plain = self.steps.iter().filter(|step| step.total).all(|step| step.truth.total == 0 || step.truth.total >= min_cell);
        let dimensions: BTreeSet<&String> = self.steps.iter().flat_map(|step| step.shown.keys()).collect();
        plain && grows(&Series(self.totals())) && dimensions.iter().all(|d| self.safe_by(d, min_cell))
    }

    fn safe_by(&self, dimension: &str, min_cell: i64) -> bool {
        let values: BTreeSet<&String> =
            self.steps.iter().filter_map(|step| step.truth.parts.get(dimension)).flat_map(BTreeMap::keys).collect();
        let total = Series(self.totals());
        let of = |count: &dyn Fn(&Step, &str) -> i64, value: &str| {
            let point = |step: &Step| Point { at: step.at, count: count(step, value), shown: step.shows(dimension, value) };
            Series(self.steps.iter().map(point).collect())
        };
        let with = |step: &Step, value: &str| step.count(dimension, value);
        let without = |step: &Step, value: &str| step.truth.total - step.count(dimension, value);
        let safe = |parts: &[Series]| unknowns(&total, parts, None).is_some_and(|mut table| table.safe(min_cell));
        if self.steps.iter().any(|step| step.truth.several.contains(dimension)) {
            // In each value something counts or does not: so many tables of two parts.
            values.iter().all(|value| safe(&[of(&with, value), of(&without, value)]))
        } else {
            safe(&values.iter().map(|value| of(&with, value)).collect::<Vec<_>>())
        }
    }

    /// Whether what no shown value can hold leaves the hidden ones open: one in each of them will do.
    fn among(&self, dimension: &str) -> bool {
        let Some(last) = self.last() else { return true };
        let Some(parts) = last.truth.parts.get(dimension) else { return true };
        let (shown, hidden): (Vec<_>, Vec<_>) = parts.iter().partition(|(value, _)| last.shows(dimension, value));
        let held: i64 = shown.iter().map(|(_, count)| **count).sum();
        last.truth.total <= held + i64::try_from(hidden.len()).unwrap_or(i64::MAX)
    }
}
