//! What was printed of one fact at one school in one term, and what may be printed next.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    led::{self, rest},
    left::{few, of_value},
    period::month_begins,
    series::{Point, Series, unknowns},
};

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
    /// Up to this moment nothing is printed any more, in microseconds: figures over all schools were, and rest on it.
    pub(super) sealed: i64,
    /// Whether it is a past day that somebody looks back at.
    pub(super) back: bool,
}

/// One printing: the counts of that moment, and which of them were printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Step {
    at: i64,
    day: i32,
    to: String,
    /// Whether it was printed to somebody who looked back at that day: whoever asks for the present is not answered with it.
    #[serde(default)]
    back: bool,
    truth: Truth,
    total: bool,
    /// Whether the total is no small one and is hidden for what it would tell of what stays. It stays hidden for as long as it is
    /// this one: were it shown when more stay, it would tell how few there were.
    #[serde(default)]
    withheld: bool,
    /// Where another fact counts a part of this one, how many that were at this moment (`led`).
    #[serde(default)]
    part: Option<i64>,
    /// By dimension, the values that were printed; a value that nothing counted in is printed with any of them.
    shown: BTreeMap<String, BTreeSet<String>>,
    /// The dimensions of which nothing could be printed then.
    refused: BTreeSet<String>,
}

impl Step {
    fn count(&self, dimension: &str, value: &str) -> i64 {
        self.truth.parts.get(dimension).and_then(|parts| parts.get(value)).copied().unwrap_or_default()
    }

    /// Whether it answers what is asked of a day, or of the present where none is named.
    fn answers(&self, by: Option<i32>) -> bool {
        by.map_or(!self.back, |by| self.day <= by)
    }

    fn shows(&self, dimension: &str, value: &str) -> bool {
        let nothing = self.count(dimension, value) == 0;
        let none_at_all = nothing && self.total && self.truth.total == 0;
        none_at_all || self.shown.get(dimension).is_some_and(|shown| nothing || shown.contains(value))
    }
}

/// Any day: for whoever asks what was printed to anybody.
pub(super) const EVER: Option<i32> = Some(i32::MAX);

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
    /// The days that somebody looked back at and of which nothing was printed: they were answered with what was printed before, or
    /// that it is hidden, and stay so answered.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    looked: BTreeSet<i32>,
}

/// Whether a day from `from` on that is before `until` was looked back at.
pub(super) fn looked_between(looked: &BTreeSet<i32>, from: i32, until: Option<i32>) -> bool {
    looked.range(from..).next().is_some_and(|day| until.is_none_or(|until| *day < until))
}

impl Block {
    /// Prints what can be printed of a moment of what is asked for, and says whether that is more than before.
    ///
    /// Nothing is printed of which all printings together, those of later moments too, would tell a small count. Of what went,
    /// `left` is what stays: nothing is printed beside which few stay, either. Where another fact counts a part of this one, `part` is
    /// how many that are.
    pub(super) fn publish(
        &mut self,
        truth: &Truth,
        moment: &Moment,
        dimensions: &BTreeSet<&str>,
        left: Option<&Truth>,
        part: Option<i64>,
        min_cell: i64,
    ) -> bool {
        let next = self.steps.partition_point(|step| step.at <= moment.at);
        let last = next.checked_sub(1).and_then(|n| self.steps.get(n).map(|step| (n, step)));
        let (n, mut more) = match last {
            Some((n, step)) if step.truth == *truth => {
                // Whole and part are announced one after the other: what was printed in between is judged by the part that came since.
                let moved = !moment.back && part.is_some() && step.part != part;
                (n, moved && self.change(n, |step| step.part = part, |block| block.safe(min_cell)))
            }
            _ if moment.at < moment.sealed => return false,
            _ if moment.back && self.answered(next, moment.day) => return false,
            last => {
                let at = last.map_or(moment.at, |(_, step)| moment.at.max(step.at + 1));
                let (day, to, truth) = (moment.day, moment.to.clone(), truth.clone());
                let (shown, refused) = (BTreeMap::new(), BTreeSet::new());
                let (back, total, withheld) = (moment.back, false, false);
                let step = Step { at, day, to, back, truth, total, withheld, part, shown, refused };
                self.steps.insert(next, step);
                (next, true)
            }
        };
        if let Some(step) = self.steps.get_mut(n).filter(|step| !step.total && truth.total >= min_cell) {
            let few = left.is_some_and(|left| few(left.total, min_cell));
            if step.withheld || few {
                more |= !step.withheld;
                step.withheld = true;
                return more | (moment.back && self.looked.insert(moment.day));
            }
        }
        if !self.change(n, |step| step.total = true, |block| block.safe(min_cell)) {
            // What printed nothing is not remembered: nobody can know of it. That nothing was is what whoever looked back was told.
            self.steps.remove(n);
            return moment.back && self.looked.insert(moment.day);
        }
        if let Some(step) = self.steps.get_mut(n).filter(|step| step.back && !moment.back) {
            // What stood on a day that was looked back at stands still.
            step.back = false;
            more = true;
        }
        for dimension in dimensions {
            let tried = |step: &Step| step.shown.contains_key(*dimension) || step.refused.contains(*dimension);
            if self.steps.get(n).is_some_and(|step| !tried(step)) && !(moment.back && self.told_without(n, dimension)) {
                more = true;
                if !self.print_parts(n, truth, dimension, left, min_cell)
                    && let Some(step) = self.steps.get_mut(n)
                {
                    step.refused.insert((*dimension).to_owned());
                }
            }
        }
        more
    }

    /// Remembers that a day was looked back at and is answered with what was printed before, and says whether that is new.
    pub(super) fn look_back(&mut self, moment: &Moment) -> bool {
        let next = self.steps.partition_point(|step| step.at <= moment.at);
        // Before what is sealed nothing changes any more.
        moment.at >= moment.sealed && !self.answered(next, moment.day) && self.looked.insert(moment.day)
    }

    /// Whether a printing of a past day, at a place among the steps, would change what somebody was told who looked back at that day
    /// or a later one.
    fn answered(&self, next: usize, day: i32) -> bool {
        let later = self.steps.iter().skip(next).find(|step| step.total);
        looked_between(&self.looked, day, later.map(|step| step.day))
    }

    /// Whether a breakdown of a step, printed after all, would change what somebody was told of a later one.
    fn told_without(&self, n: usize, dimension: &str) -> bool {
        let Some(step) = self.steps.get(n) else { return false };
        let later = || self.steps.iter().skip(n + 1);
        let broken_down = |step: &&Step| step.shown.contains_key(dimension);
        let mut between = later().take_while(|step| !broken_down(step));
        between.any(|step| step.refused.contains(dimension))
            || looked_between(&self.looked, step.day, later().find(broken_down).map(|step| step.day))
    }

    /// The figure of a part or of all as it was last printed by the end of a day (of the present where none is named), with its day
    /// where that is not the present one; none where it is hidden. `truth` is what is true now, or was at the end of that day.
    pub(super) fn figure(&self, of: Of<'_>, by: Option<i32>, truth: &Truth) -> Option<(i64, Option<i32>)> {
        let shows = |step: &&Step| match of {
            Of::Total => step.total,
            Of::Part(dimension, value) => step.shows(dimension, value),
        };
        let step = self.steps.iter().rev().filter(|step| step.answers(by)).find(shows)?;
        let count = |truth: &Truth| match of {
            Of::Total => truth.total,
            Of::Part(dimension, value) => {
                truth.parts.get(dimension).and_then(|parts| parts.get(value)).copied().unwrap_or_default()
            }
        };
        if step.truth == *truth {
            return Some((count(&step.truth), None));
        }
        // Nothing then, and something now: that is said as of every small count.
        let hidden = count(&step.truth) == 0 && count(truth) != 0;
        (!hidden).then_some((count(&step.truth), Some(step.day)))
    }

    /// Forgets breakdowns by dimensions that are asked for no more: they are counted no more, either.
    pub(super) fn forget(&mut self, known: impl Fn(&str) -> bool) {
        for step in &mut self.steps {
            step.truth.parts.retain(|dimension, _| known(dimension));
            step.truth.several.retain(|dimension| known(dimension));
            step.shown.retain(|dimension, _| known(dimension));
            step.refused.retain(|dimension| known(dimension));
        }
    }

    /// What was true when something was last printed by a moment.
    pub(super) fn last(&self, at: i64) -> Option<&Truth> {
        self.steps.iter().rev().find(|step| step.at <= at).map(|step| &step.truth)
    }

    /// Whether a breakdown was printed by a day at all: where it was not, not even its values are named.
    pub(super) fn broken_down(&self, dimension: &str, by: Option<i32>) -> bool {
        self.steps.iter().any(|step| step.answers(by) && step.shown.contains_key(dimension))
    }

    /// The total as it grew, for the table of all schools.
    pub(super) fn totals(&self) -> Vec<Point> {
        self.steps.iter().map(|step| Point { at: step.at, count: step.truth.total, shown: step.total }).collect()
    }

    /// What the total holds beside the part that another fact counts, as it grew; empty where no other does.
    pub(super) fn rests(&self) -> Vec<Point> {
        let point = |step: &Step| {
            let count = rest(step.truth.total, step.part?);
            Some(Point { at: step.at, count, shown: step.total })
        };
        self.steps.iter().filter_map(point).collect()
    }

    /// The part that another fact counts, as if it were printed with each total.
    fn led(&self) -> Vec<Point> {
        let point = |step: &Step| Some(Point { at: step.at, count: step.part?, shown: step.total });
        self.steps.iter().filter_map(point).collect()
    }

    /// Changes a step where what comes of it holds.
    fn change(&mut self, n: usize, change: impl Fn(&mut Step), holds: impl Fn(&Self) -> bool) -> bool {
        let Some(step) = self.steps.get_mut(n) else { return false };
        let kept = step.clone();
        change(step);
        if *step == kept || holds(self) {
            return true;
        }
        if let Some(step) = self.steps.get_mut(n) {
            *step = kept;
        }
        false
    }

    /// Prints a breakdown: all values that are not small, less as many as must be hidden with those that are. Which is hidden
    /// next follows from its place alone: were it the smallest, those that are shown would tell how large it can be.
    fn print_parts(&mut self, n: usize, truth: &Truth, dimension: &str, left: Option<&Truth>, min_cell: i64) -> bool {
        let Some(parts) = truth.parts.get(dimension) else { return false };
        let several = truth.several.contains(dimension);
        let stay = |value: &str| of_value(left, dimension, value);
        let large = |value: &str, count: i64| count >= min_cell && !few(stay(value), min_cell);
        let mut shown: BTreeSet<String> =
            parts.iter().filter(|(value, count)| large(value, **count)).map(|(value, _)| value.clone()).collect();
        let first = parts.iter().position(|(value, count)| !large(value, *count)).unwrap_or_default();
        let later = parts.keys().skip(first).chain(parts.keys().take(first));
        let order: Vec<&String> = later.filter(|value| shown.contains(*value)).collect();
        let mut next = order.into_iter();
        loop {
            let holds = |block: &Self| block.safe_by(dimension, min_cell) && (!several || block.among(n, dimension));
            let set = shown.clone();
            // What the hidden ones come to together follows, and so does what stays of them.
            let hidden: i64 = parts.keys().filter(|value| !set.contains(*value)).map(|value| stay(value)).sum();
            let holds = |block: &Self| !few(hidden, min_cell) && holds(block);
            if self.change(n, |step| drop(step.shown.insert(dimension.to_owned(), set.clone())), holds) {
                return true;
            }
            let Some(value) = next.next() else { return false };
            shown.remove(value);
        }
    }

    /// Whether the total, and every breakdown that was ever printed, keeps what is small.
    fn safe(&self, min_cell: i64) -> bool {
        let dimensions: BTreeSet<&String> = self.steps.iter().flat_map(|step| step.shown.keys()).collect();
        let steps = |points: Vec<Point>| Series::new(points).steps(min_cell);
        steps(self.totals()) && steps(self.rests()) && dimensions.iter().all(|d| self.safe_by(d, min_cell))
    }

    fn safe_by(&self, dimension: &str, min_cell: i64) -> bool {
        let values: BTreeSet<&String> =
            self.steps.iter().filter_map(|step| step.truth.parts.get(dimension)).flat_map(BTreeMap::keys).collect();
        let total = Series::new(self.totals());
        let of = |count: &dyn Fn(&Step, &str) -> i64, value: &str| {
            let point =
                |step: &Step| Point { at: step.at, count: count(step, value), shown: step.shows(dimension, value) };
            let series = Series::new(self.steps.iter().map(point).collect());
            match month_begins(dimension, value) {
                Some(begins) => series.beginning(begins),
                None => series,
            }
        };
        let with = |step: &Step, value: &str| step.count(dimension, value);
        let without = |step: &Step, value: &str| step.truth.total - step.count(dimension, value);
        let safe_of = |total: &Series, parts: &[Series]| {
            unknowns(total, parts, None).is_some_and(|mut table| table.safe(min_cell))
        };
        let safe = |parts: &[Series]| safe_of(&total, parts);
        let rests = self.rests();
        if led::tells_apart(dimension) && !rests.is_empty() {
            // Beside the part and the rest, each of which is as good as printed: two tables more.
            let of_kind = |part: bool| -> Vec<Series> {
                let of_it = values.iter().filter(|value| led::of_part(dimension, value) == part);
                of_it.map(|value| of(&with, value)).collect()
            };
            // What is of the part and among none of its values was decided about before: few of them tell of somebody.
            let beside = |step: &Step| {
                let of_part = values.iter().filter(|value| led::of_part(dimension, value));
                let counted: i64 = of_part.map(|value| step.count(dimension, value)).sum();
                step.part.map_or(0, |part| (part - counted).abs())
            };
            let mut told = self.steps.iter().filter(|step| step.shown.contains_key(dimension));
            if told.any(|step| (1..min_cell).contains(&beside(step))) {
                return false;
            }
            let led = Series::new(self.led());
            if !safe_of(&led, &of_kind(true)) || !safe_of(&Series::new(rests), &of_kind(false)) {
                return false;
            }
        }
        if self.steps.iter().any(|step| step.truth.several.contains(dimension)) {
            // In each value something counts or does not: so many tables of two parts.
            values.iter().all(|value| safe(&[of(&with, value), of(&without, value)]))
        } else {
            safe(&values.iter().map(|value| of(&with, value)).collect::<Vec<_>>())
        }
    }

    /// Whether what no shown value can hold leaves the hidden ones open: one in each of them will do.
    fn among(&self, n: usize, dimension: &str) -> bool {
        let Some(step) = self.steps.get(n) else { return true };
        let Some(parts) = step.truth.parts.get(dimension) else { return true };
        let (shown, hidden): (Vec<_>, Vec<_>) = parts.iter().partition(|(value, _)| step.shows(dimension, value));
        let held: i64 = shown.iter().map(|(_, count)| **count).sum();
        step.truth.total <= held + i64::try_from(hidden.len()).unwrap_or(i64::MAX)
    }
}
