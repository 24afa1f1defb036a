//! Running figures as a table of unknowns: a total and its parts, each printed at some moments and not at others. What is
//! printed of a part is the sum of one row, from one moment to the next; of the total, the sum of one column.

use super::unknowns::{PLENTY, Sum, Unknowns};

/// A count at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    /// The moment, in microseconds.
    pub(super) at: i64,
    /// The count then, from the beginning.
    pub(super) count: i64,
    /// Whether it was printed.
    pub(super) shown: bool,
}

/// A count as it grows, in the order of time.
#[derive(Debug, Clone)]
pub(super) struct Series {
    points: Vec<Point>,
    /// Before that there was nothing to count: a month cannot be counted before it begins, and everybody knows it.
    begins: i64,
}

/// Before everything.
const BEGINNING: i64 = i64::MIN;
/// After everything.
const END: i64 = i64::MAX;

/// A stretch of time and what was counted in it: its end is where something was printed, or it has none.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: i64,
    to: i64,
    count: i64,
}

impl Series {
    /// A count at these moments.
    pub(super) fn new(points: Vec<Point>) -> Self {
        Self { points, begins: BEGINNING }
    }

    /// The same of something that begins at a moment.
    pub(super) fn beginning(self, begins: i64) -> Self {
        Self { begins, ..self }
    }

    /// Whether it is printed in no steps but safe ones: nothing or much at a time, and none or many in all.
    pub(super) fn steps(&self, min_cell: i64) -> bool {
        let mut before = 0;
        self.points.iter().filter(|point| point.shown).all(|point| {
            let by = point.count - std::mem::replace(&mut before, point.count);
            (by == 0 || by.abs() >= min_cell) && (point.count == 0 || point.count >= min_cell)
        })
    }

    fn until(&self, at: i64) -> i64 {
        self.points.iter().rev().find(|point| point.at <= at).map_or(0, |point| point.count)
    }

    /// From one printed moment to the next, and what came after the last.
    fn stretches(&self) -> Vec<Stretch> {
        let mut stretches = Vec::new();
        let (mut from, mut before) = (BEGINNING, 0);
        for point in self.points.iter().filter(|point| point.shown) {
            stretches.push(Stretch { from, to: point.at, count: point.count - before });
            (from, before) = (point.at, point.count);
        }
        let now = self.points.last().map_or(0, |point| point.count);
        stretches.push(Stretch { from, to: END, count: now - before });
        stretches
    }
}

impl Stretch {
    /// What was printed is fixed. What was not is something, where there is something: that the figure waits says so.
    fn sum(self, most: i64) -> Sum {
        if self.to == END { Sum { up: most, down: (self.count - 1).max(0) } } else { Sum::default() }
    }
}

/// What is open between a total and its parts; nothing where a count of some stretch is less than none, of which nothing
/// can be promised.
///
/// With `small`, parts that were never printed are known to be no larger: so it is with schools, whose figures stand
/// alone, and not with kinds of things, which may be hidden for the sake of others.
pub(super) fn unknowns(total: &Series, parts: &[Series], small: Option<i64>) -> Option<Unknowns> {
    let mut table = Unknowns::default();
    let columns = total.stretches();
    for column in &columns {
        table.column(column.sum(PLENTY));
    }
    for part in parts {
        for row in part.stretches() {
            let room = small.map_or(PLENTY, |small| (small - row.count).max(0));
            let number = table.row(row.sum(room));
            let mut until = 0;
            for (place, column) in columns.iter().enumerate() {
                let (from, to) = (row.from.max(column.from), row.to.min(column.to));
                if from >= to {
                    continue;
                }
                let value = part.until(to) - part.until(from);
                if value < 0 {
                    return None;
                }
                // While it was hidden it was small. Only its first cell is let grow by what that leaves: a stricter world than
                // there may be, and so a safe one.
                let hidden = small.filter(|_| row.from == BEGINNING && to < row.to);
                let most = match hidden {
                    Some(small) if until == 0 => value + (small - part.until_hidden(row.to)).max(0),
                    Some(_) => value,
                    None => PLENTY,
                };
                until += value;
                let most = if to <= part.begins { value } else { most };
                table.cell((number, place), value, (value.min(1), most));
            }
        }
    }
    Some(table)
}

impl Series {
    /// The count at the last moment before a part was first printed.
    fn until_hidden(&self, shown: i64) -> i64 {
        self.points.iter().rev().find(|point| point.at < shown).map_or(0, |point| point.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(points: &[(i64, i64, bool)]) -> Series {
        Series::new(points.iter().map(|(at, count, shown)| Point { at: *at, count: *count, shown: *shown }).collect())
    }

    fn safe(total: &[(i64, i64, bool)], parts: &[&[(i64, i64, bool)]], small: Option<i64>) -> bool {
        let parts: Vec<Series> = parts.iter().map(|points| series(points)).collect();
        unknowns(&series(total), &parts, small).is_some_and(|mut table| table.safe(6))
    }

    #[test]
    fn the_same_figure_a_day_later_tells_nobody() {
        let one = |counts: [i64; 2]| {
            let points = [(1, counts[0], true), (2, counts[1], true)];
            safe(&points, &[&points], None)
        };
        assert!(one([9, 9]));
        assert!(one([9, 15]));
        assert!(!one([9, 11]), "2 came in between");
        assert!(!one([9, 7]), "fewer than before is not promised either");
    }

    #[test]
    fn what_a_total_leaves_between_two_moments_is_not_small() {
        let total = [(1, 12, true), (2, 20, true)];
        let large = [(1, 6, true), (2, 12, true)];
        assert!(!safe(&total, &[&large, &[(1, 6, true), (2, 8, false)]], None), "8 came, 6 of them of one kind");
        let waits = [(1, 6, true), (2, 12, false)];
        assert!(safe(&total, &[&waits, &[(1, 6, true), (2, 8, false)]], None));
    }

    #[test]
    fn a_month_is_not_counted_before_it_begins() {
        // 10 by the end of the first month, all of them of that month; 12 of it in the end.
        let total = series(&[(10, 10, true), (20, 30, true)]);
        let first = series(&[(10, 10, false), (20, 12, true)]);
        let second = series(&[(10, 0, false), (20, 18, true)]);
        let safe = |parts: &[Series]| unknowns(&total, parts, None).is_some_and(|mut table| table.safe(6));
        assert!(safe(&[first.clone(), second.clone()]), "of two kinds nobody could say how many were of which");
        assert!(!safe(&[first, second.beginning(10)]), "2 of the first month came late");
    }

    #[test]
    fn a_small_school_is_not_told_by_the_totals_before_and_after_it_was_shown() {
        // Two small schools; one grows by 6 while the other stands still: it was 5 before, or the other would be fewer.
        let total = [(1, 8, true), (3, 14, true)];
        let grew = [(1, 5, false), (2, 11, true), (3, 11, false)];
        let stood = [(1, 3, false), (3, 3, false)];
        assert!(!safe(&total, &[&grew, &stood], Some(5)));
        assert!(safe(&[(1, 8, true), (3, 14, false)], &[&grew, &stood], Some(5)));
    }
}
