//! What was printed over all schools of one fact in one term, and what may be printed next: only what leaves every school's
//! hidden figure open, whatever the schools' own reports print.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use time::Date;

use super::{
    block::{Block, EVER, Moment, Of, Truth, looked_between},
    led::rest,
    left::{Left, few, of_value},
    period::MONTH,
    series::{Point, Series, unknowns},
    unknowns::{PLENTY, Sum, Unknowns},
};

/// One printing of the total: every school's count at that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Step {
    at: i64,
    day: i32,
    to: String,
    /// Whether it was printed to somebody who looked back at that day: whoever asks for the present is not answered with it.
    #[serde(default)]
    back: bool,
    counts: BTreeMap<String, i64>,
    /// Where another fact counts a part of this one, how many that were at each school (`led`).
    #[serde(default)]
    part: Option<Counts>,
}

/// Counts by school.
pub(super) type Counts = BTreeMap<String, i64>;

/// A breakdown over all schools: printed once, when the term is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Breakdown {
    day: i32,
    to: String,
    parts: BTreeMap<String, i64>,
    shown: BTreeSet<String>,
}

/// All printings over the schools.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Across {
    steps: Vec<Step>,
    breakdowns: BTreeMap<String, Breakdown>,
    /// The counts of which no total could be printed last.
    refused: BTreeMap<String, i64>,
    /// How many of these another fact counted then, where one does.
    #[serde(default)]
    refused_part: Option<Counts>,
    /// The dimensions of which nothing could be printed, and on which day that was last tried.
    tried: BTreeMap<String, i32>,
    /// The days that somebody looked back at and of which nothing was printed, as of a block.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    looked: BTreeSet<i32>,
}

/// The schools: what each printed by itself, and its true counts.
pub(super) type Schools<'a> = BTreeMap<&'a str, (&'a Block, &'a Truth)>;

/// A figure over all schools: printed, or hidden; and the day it is of, where it is not the one asked for.
pub(super) type Figure = (Option<i64>, Option<i32>);

impl Across {
    /// Prints the total of a moment where it can be, and says whether there is anything new to keep. The schools have printed theirs.
    /// Of what went, `left` is what stays at each school; `part` is how many of it another fact counts there.
    pub(super) fn publish(
        &mut self,
        schools: &Schools<'_>,
        moment: &Moment,
        left: Option<&Left>,
        part: Option<&Counts>,
        min_cell: i64,
    ) -> bool {
        let counts: BTreeMap<String, i64> = counts(schools);
        let next = self.steps.partition_point(|step| step.at <= moment.at);
        let last = next.checked_sub(1).and_then(|n| self.steps.get_mut(n));
        let after = last.as_ref().map_or(moment.at, |last| moment.at.max(last.at + 1));
        if let Some(last) = last.filter(|last| last.counts == counts) {
            // What stood on a day that was looked back at stands still.
            let stands = last.back && !moment.back;
            last.back &= moment.back;
            // A part that is announced after its whole was printed is judged with it all the same.
            let before = last.part.clone();
            let moved = !moment.back && part.is_some() && before.as_ref() != part;
            if moved {
                last.part = part.cloned();
            }
            if moved && !self.keeps_rests(schools, min_cell) {
                if let Some(last) = self.steps.get_mut(next - 1) {
                    last.part = before;
                }
                return stands;
            }
            return stands || moved;
        }
        if moment.back && self.answered(next, moment.day) {
            return false;
        }
        if !counts.is_empty() && self.refused == counts && self.refused_part.as_ref() == part {
            return moment.back && self.looked.insert(moment.day);
        }
        let (day, to, back) = (moment.day, moment.to.clone(), moment.back);
        self.steps.insert(next, Step { at: after, day, to, back, counts: counts.clone(), part: part.cloned() });
        if !self.safe(schools, min_cell)
            || !self.keeps_rests(schools, min_cell)
            || left.is_some_and(|left| tells_left(schools, left, min_cell))
        {
            self.steps.remove(next);
            (self.refused, self.refused_part) = (counts, part.cloned());
            if moment.back {
                self.looked.insert(moment.day);
            }
        }
        true
    }

    /// Remembers that a day was looked back at and is answered with what was printed before, and says whether that is new.
    pub(super) fn look_back(&mut self, moment: &Moment) -> bool {
        let next = self.steps.partition_point(|step| step.at <= moment.at);
        !self.answered(next, moment.day) && self.looked.insert(moment.day)
    }

    /// Whether a printing of a past day, at a place among the steps, would change what somebody was told who looked back at that day
    /// or a later one.
    fn answered(&self, next: usize, day: i32) -> bool {
        looked_between(&self.looked, day, self.steps.get(next).map(|step| step.day))
    }

    /// Forgets breakdowns by dimensions that are asked for no more.
    pub(super) fn forget(&mut self, known: impl Fn(&str) -> bool) {
        self.breakdowns.retain(|dimension, _| known(dimension));
        self.tried.retain(|dimension, _| known(dimension));
    }

    /// How often something was printed.
    pub(super) fn printings(&self) -> usize {
        self.steps.len() + self.breakdowns.len()
    }

    /// Whether no school's hidden figure, of any moment at which a total was printed, follows from all that is printed.
    fn safe(&self, schools: &Schools<'_>, min_cell: i64) -> bool {
        let point = |step: &Step| Point { at: step.at, count: step.counts.values().sum(), shown: true };
        let total = Series::new(self.steps.iter().map(point).collect());
        if !total.steps(min_cell) {
            return false;
        }
        let of = |(school, (block, _)): (&&str, &(&Block, &Truth))| {
            let mut points = block.totals();
            points.extend(self.steps.iter().map(|step| {
                let count = step.counts.get(*school).copied().unwrap_or_default();
                Point { at: step.at, count, shown: false }
            }));
            points.sort_by_key(|point| point.at);
            Series::new(points)
        };
        let parts: Vec<Series> = schools.iter().map(of).collect();
        unknowns(&total, &parts, Some(min_cell - 1)).is_some_and(|mut table| table.safe(min_cell))
    }

    /// Whether no school's rest beside the part that another fact counts follows, were that part known of every school: the same
    /// table as that of the schools' own counts, of the rests.
    fn keeps_rests(&self, schools: &Schools<'_>, min_cell: i64) -> bool {
        let at_school = |step: &Step, school: &str| {
            let part = step.part.as_ref()?.get(school).copied().unwrap_or_default();
            Some(rest(step.counts.get(school).copied().unwrap_or_default(), part))
        };
        let over_all = |step: &Step| {
            step.part.as_ref()?;
            let count = schools.keys().filter_map(|school| at_school(step, school)).sum();
            Some(Point { at: step.at, count, shown: true })
        };
        let totals: Vec<Point> = self.steps.iter().filter_map(over_all).collect();
        if totals.is_empty() {
            return true;
        }
        let total = Series::new(totals);
        if !total.steps(min_cell) {
            return false;
        }
        let of = |(school, (block, _)): (&&str, &(&Block, &Truth))| {
            let mut points = block.rests();
            let known = |step: &Step| Some(Point { at: step.at, count: at_school(step, school)?, shown: false });
            points.extend(self.steps.iter().filter_map(known));
            points.sort_by_key(|point| point.at);
            // Whole and part are announced one after the other: a rest that seemed to grow less did not.
            let mut most = 0;
            for point in &mut points {
                most = most.max(point.count);
                point.count = most;
            }
            Series::new(points)
        };
        let parts: Vec<Series> = schools.iter().map(of).collect();
        unknowns(&total, &parts, Some(min_cell - 1)).is_some_and(|mut table| table.safe(min_cell))
    }

    /// Prints a breakdown over all schools, once: all values that are not small, less as many as must be hidden with them. Says
    /// whether there is anything new to keep.
    pub(super) fn break_down(
        &mut self,
        schools: &Schools<'_>,
        dimension: &str,
        moment: &Moment,
        left: Option<&Left>,
        min_cell: i64,
    ) -> bool {
        if self.breakdowns.contains_key(dimension) || self.tried.get(dimension) == Some(&moment.day) {
            return false;
        }
        self.tried.insert(dimension.to_owned(), moment.day);
        let mut parts: BTreeMap<String, i64> = BTreeMap::new();
        for (_, truth) in schools.values() {
            for (value, count) in truth.parts.get(dimension).into_iter().flatten() {
                *parts.entry(value.clone()).or_default() += count;
            }
        }
        if dimension == MONTH && !self.months_keep(&parts, min_cell) {
            return true;
        }
        let several = schools.values().any(|(_, truth)| truth.several.contains(dimension));
        let stay = |value: &str| -> i64 {
            left.into_iter().flat_map(BTreeMap::values).map(|left| of_value(Some(left), dimension, value)).sum()
        };
        // Nor may it tell what a school hides for the sake of the few that stay there.
        let withheld = |value: &str| {
            schools.iter().any(|(school, (_, truth))| {
                let stay = of_value(left.and_then(|left| left.get(*school)), dimension, value);
                of_value(Some(*truth), dimension, value) >= min_cell && few(stay, min_cell)
            })
        };
        let large = |value: &str, count: i64| count >= min_cell && !few(stay(value), min_cell) && !withheld(value);
        let mut shown: BTreeSet<String> =
            parts.iter().filter(|(value, count)| large(value, **count)).map(|(value, _)| value.clone()).collect();
        let first = parts.iter().position(|(value, count)| !large(value, *count)).unwrap_or_default();
        let mut order = parts.keys().skip(first).chain(parts.keys().take(first));
        loop {
            let open = if several {
                // Each value is a table of its own: it counts, or it does not. Where it is hidden nothing is printed of it.
                shown.retain(|value| {
                    table(schools, dimension, &parts, &BTreeSet::from([value.clone()]), true, min_cell)
                        .is_some_and(|mut table| table.safe(min_cell))
                });
                true
            } else {
                table(schools, dimension, &parts, &shown, false, min_cell).is_some_and(|mut table| table.safe(min_cell))
            };
            let hidden: i64 = parts.keys().filter(|value| !shown.contains(*value)).map(|value| stay(value)).sum();
            if open && !shown.is_empty() && !few(hidden, min_cell) {
                let (day, to) = (moment.day, moment.to.clone());
                self.breakdowns.insert(dimension.to_owned(), Breakdown { day, to, parts, shown });
                return true;
            }
            let Some(value) = order.find(|value| shown.contains(*value)) else { return true };
            shown.remove(value);
        }
    }

    /// Whether no small count came late: whatever was known by a day is of its month or of those before, and everybody knows it.
    fn months_keep(&self, months: &BTreeMap<String, i64>, min_cell: i64) -> bool {
        self.steps.iter().all(|step| {
            let Ok(day) = Date::from_julian_day(step.day) else { return false };
            let month = format!("{}-{:02}", day.year(), u8::from(day.month()));
            let until: i64 = months.iter().filter(|(of, _)| **of <= month).map(|(_, count)| *count).sum();
            let since = until - step.counts.values().sum::<i64>();
            since == 0 || since.abs() >= min_cell
        })
    }

    /// The total as it was last printed by the end of a day, or of the present where none is named.
    pub(super) fn total(&self, schools: &Schools<'_>, by: Option<i32>) -> Figure {
        let step = self.steps.iter().rev().find(|step| by.map_or(!step.back, |by| step.day <= by));
        let Some(step) = step else { return (None, None) };
        let count: i64 = step.counts.values().sum();
        let counts = counts(schools);
        if step.counts == counts {
            return (Some(count), None);
        }
        // That something was counted where there was nothing is said as it is said of one school: hidden.
        let hidden = count == 0 && counts.values().any(|count| *count != 0);
        if hidden { (None, None) } else { (Some(count), Some(step.day)) }
    }

    /// A part over all schools, as it was printed.
    pub(super) fn part(&self, dimension: &str, value: &str, by: Option<i32>) -> Figure {
        let printed = self.breakdowns.get(dimension).filter(|printed| by.is_none_or(|by| printed.day <= by));
        match printed {
            Some(printed) if printed.shown.contains(value) => (printed.parts.get(value).copied(), Some(printed.day)),
            Some(printed) if !printed.parts.contains_key(value) => (Some(0), Some(printed.day)),
            Some(_) | None => (None, None),
        }
    }

    /// Whether a breakdown was printed by a day at all.
    pub(super) fn broken_down(&self, dimension: &str, by: Option<i32>) -> bool {
        self.breakdowns.get(dimension).is_some_and(|printed| by.is_none_or(|by| printed.day <= by))
    }
}

/// Whether a total of what went would tell how few stay, over all schools or at one that hides what went for their sake: beside that
/// one another has to be hidden, too.
fn tells_left(schools: &Schools<'_>, left: &Left, min_cell: i64) -> bool {
    let all: i64 = schools.keys().filter_map(|school| left.get(*school)).map(|left| left.total).sum();
    let gone: i64 = schools.values().map(|(_, truth)| truth.total).sum();
    let printed = |(block, truth): &(&Block, &Truth)| matches!(block.figure(Of::Total, EVER, truth), Some((_, None)));
    let hidden = schools.values().filter(|school| !printed(school)).count();
    let withheld = schools.iter().any(|(school, (_, truth))| {
        truth.total >= min_cell && left.get(*school).is_some_and(|left| few(left.total, min_cell))
    });
    (gone != 0 && few(all, min_cell)) || (withheld && hidden < 2)
}

fn counts(schools: &Schools<'_>) -> BTreeMap<String, i64> {
    let of = |(school, (_, truth)): (&&str, &(&Block, &Truth))| ((*school).to_owned(), truth.total);
    schools.iter().map(of).filter(|(_, count)| *count != 0).collect()
}

/// What is open between schools and the values of a dimension, where the sums of some values over all schools are printed.
/// A cell is what a school has not printed of a value. With `of_one`, things count in the one value or do not.
fn table(
    schools: &Schools<'_>,
    dimension: &str,
    parts: &BTreeMap<String, i64>,
    shown: &BTreeSet<String>,
    of_one: bool,
    min_cell: i64,
) -> Option<Unknowns> {
    let mut table = Unknowns::closed();
    let values: Vec<&String> = parts.keys().filter(|value| !of_one || shown.contains(*value)).collect();
    let hidden = Sum { up: PLENTY, down: PLENTY };
    for value in &values {
        table.column(if shown.contains(*value) { Sum::default() } else { hidden });
    }
    let without = of_one.then(|| table.column(Sum::default()));
    for (block, truth) in schools.values() {
        // A hidden total is small as far as anybody knows, and it is one at least; of one that waits it is known that there is more.
        let sum = match block.figure(Of::Total, EVER, truth) {
            Some((_, None)) => Sum::default(),
            Some((printed, Some(_))) => Sum { up: PLENTY, down: (truth.total - printed - 1).max(0) },
            None => Sum { up: (min_cell - 1 - truth.total).max(0), down: (truth.total - 1).max(0) },
        };
        let row = table.row(sum);
        let mut left = truth.total;
        for (column, value) in values.iter().enumerate() {
            let count = truth.parts.get(dimension).and_then(|parts| parts.get(*value)).copied().unwrap_or_default();
            left -= count;
            let printed = block.figure(Of::Part(dimension, value), EVER, truth).map(|(count, _)| count);
            let open = count - printed.unwrap_or_default();
            if open < 0 {
                return None;
            }
            if open > 0 || printed.is_none() {
                // Where its breakdown was printed, a hidden part is known to be something.
                let least = if block.broken_down(dimension, EVER) { open.min(1) } else { 0 };
                table.cell((row, column), open, (least, PLENTY));
            }
        }
        if let Some(column) = without
            && !values.iter().all(|value| block.figure(Of::Part(dimension, value), EVER, truth).is_some())
        {
            table.cell((row, column), left.max(0), (0, PLENTY));
        }
    }
    Some(table)
}
