//! What can be worked out of everything that was answered: exactly, by elimination, and as bounds. Written apart from disclosure
//! control, and knowing nothing of how it works; only what a code means.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use chassis::suppress::Figure;
use time::Date;

use super::world::{OPENED, SCHOOLS, World};
use crate::table::{Axis, Counted, Schools};

/// The dimension that months are.
pub(super) const MONTH: &str = "month";
/// The dimension that what was opened, closed and stands open have in common.
const KIND: &str = "procedure";
/// A prime; counts are far smaller.
const PRIME: u64 = 2_147_483_647;
/// No bound.
const FAR: i64 = 1_000_000;
/// How often bounds are drawn tighter.
const PASSES: usize = 6;

/// A fact and what it is told apart by: a dimension, or one value of a dimension in which one thing counts in several.
pub(super) type Family = (String, String);

/// What a figure is about: some schools, some values (all where none), what was known by the end of a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    schools: Vec<&'static str>,
    values: Option<BTreeSet<String>>,
    by: Date,
}

/// What was answered about a family.
#[derive(Default)]
pub(super) struct Seen {
    shown: BTreeMap<Cell, i64>,
    /// Hidden cells, with the figure of an earlier day where one was printed in their place, and what the code says of them.
    hidden: BTreeMap<Cell, (Option<i64>, Bound)>,
}

/// How an attack went.
#[derive(Default)]
pub(super) struct Outcome {
    /// The secrets that were worked out.
    pub(super) recovered: Vec<String>,
    /// How many there were.
    pub(super) secrets: usize,
    /// The families of which bounds said nothing, for they contradict one another.
    pub(super) unbounded: Vec<Family>,
}

/// At least, and at most.
type Bound = (i64, i64);

/// What one cell of an answer says: its figure, the day that is of, and what a code tells.
pub(super) type Said = (Figure, Date, Bound);

/// What an answer says, by family.
pub(super) fn read(counted: &Counted, figures: &[Vec<(Figure, Date)>], today: Date) -> Vec<(Family, Cell, Said)> {
    let question = &counted.question;
    let asked = question.as_at.unwrap_or(today).min(today);
    let mut seen = Vec::new();
    // Whole months alone are sums of what there is to know.
    let months = months(question.from, question.to);
    let whole = months.len() == 4;
    let part = !whole && !months.is_empty();
    for (row, figures) in counted.rows.iter().zip(figures) {
        let Some(figure) = figures.first() else { continue };
        let schools = match (&question.schools, &question.rows) {
            (Schools::One(of), _) => SCHOOLS.iter().copied().filter(|school| school == of).collect(),
            (Schools::All, Some(Axis::School)) => SCHOOLS.iter().copied().filter(|school| school == row).collect(),
            (Schools::All, _) => SCHOOLS.to_vec(),
        };
        let mut by: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        by.extend(question.only.iter().map(|(of, values)| (of.clone(), values.iter().cloned().collect())));
        if let Some(Axis::Dimension(dimension)) = &question.rows {
            by.insert(dimension.clone(), BTreeSet::from([row.clone()]));
        }
        if question.rows == Some(Axis::Month) {
            by.insert(MONTH.to_owned(), BTreeSet::from([row.clone()]));
        } else if part {
            by.insert(MONTH.to_owned(), months.clone());
        }
        if by.len() > 1 || months.is_empty() {
            continue;
        }
        let fact = question.measure.fact.clone();
        // A school's own total is hidden for its own sake; a part that is named is something, and may be hidden for another's.
        // What was known on a past day may be hidden for the sake of later days, and be nothing.
        // What was closed may be hidden for the few that are left, and how many stand open for any of what they are reckoned from.
        // Of the concerns decided about it may be for the few that led to no case, and of those recorded for the few that people did.
        let own = !["case_closed", "case_open", "concern_triaged", "concern_recorded"].contains(&fact.as_str());
        let of_one = own && by.is_empty() && schools.len() == 1;
        let named = by.is_empty() || (question.only.is_empty() && question.rows != Some(Axis::Month) && !part);
        let bound = match figure.0 {
            Figure::Hidden if question.as_at.is_none() && of_one => (1, 5),
            Figure::Hidden if question.as_at.is_none() && named => (1, FAR),
            _ => (0, FAR),
        };
        let said = (figure.0, figure.1, bound);
        let cell = |values| Cell { schools, values, by: asked };
        match by.into_iter().next() {
            Some((dimension, values)) if dimension == "risk" => {
                let first = values.iter().next().cloned().unwrap_or_default();
                if values.len() == 1 {
                    seen.push(((fact, format!("risk={first}")), cell(Some(values)), said));
                }
            }
            // A severity is the themes that the policy gives it.
            Some((dimension, values)) if dimension == "severity" => {
                let themes = values.iter().flat_map(|severity| World::themes_of(severity)).collect();
                seen.push(((fact, "theme".to_owned()), cell(Some(themes)), said));
            }
            Some((dimension, values)) => seen.push(((fact, dimension), cell(Some(values)), said)),
            None => {
                let by_risk = question.measure.dimensions.iter().any(|dimension| dimension == "risk");
                let risks = ["content", "contact", "conduct", "commerce"].map(|risk| format!("risk={risk}"));
                let risks = risks.into_iter().filter(|_| by_risk);
                let of = question.measure.dimensions.iter().filter(|dimension| *dimension != "risk").cloned();
                let cell = cell(None);
                if fact == "case_opened" {
                    // Cases are the concerns that led to one.
                    let opened = OPENED.iter().map(|outcome| (*outcome).to_owned()).collect();
                    let family = ("concern_triaged".to_owned(), "outcome".to_owned());
                    seen.push((family, Cell { values: Some(opened), ..cell.clone() }, said));
                }
                if fact == "alert_raised" {
                    // Alerts are the concerns that no person recorded.
                    let family = ("concern_recorded".to_owned(), "origin".to_owned());
                    let alerts = BTreeSet::from(["alert".to_owned()]);
                    seen.push((family, Cell { values: Some(alerts), ..cell.clone() }, said));
                }
                let families = of.chain([MONTH.to_owned()]).chain(risks);
                seen.extend(families.map(|family| ((fact.clone(), family), cell.clone(), said)));
            }
        }
    }
    seen
}

/// The months of a term that a period is made of; none where it begins or ends amidst one.
fn months(from: Date, to: Date) -> BTreeSet<String> {
    let firsts = from.day() == 1 && to.day() == 1;
    let days = std::iter::successors(Some(from), |day| day.next_day()).take_while(|day| firsts && *day < to);
    days.map(|day| format!("{}-{:02}", day.year(), u8::from(day.month()))).collect()
}

impl Seen {
    pub(super) fn add(&mut self, cell: Cell, (figure, day, bound): Said) {
        match figure {
            Figure::Count(count) => {
                let count = i64::try_from(count).unwrap();
                if day < cell.by {
                    self.hidden.entry(cell.clone()).or_insert((Some(count), (0, FAR)));
                }
                self.shown.insert(Cell { by: day, ..cell }, count);
            }
            _ => {
                let (_, known) = self.hidden.entry(cell).or_insert((None, bound));
                *known = (known.0.max(bound.0), known.1.min(bound.1));
            }
        }
    }

    /// The hidden cells that are small, or have moved by little, and can be worked out.
    pub(super) fn attack(&self, world: &World, family: &Family, outcome: &mut Outcome) {
        let (fact, dimension) = family;
        let space = Space::of(self, world, dimension);
        let mut basis = Basis::default();
        for (cell, count) in &self.shown {
            basis.add(space.row(cell), *count);
        }
        let bounds = Bounds::of(&space, self, &basis);
        if bounds.is_none() {
            outcome.unbounded.push(family.clone());
        }
        for (cell, (instead, _)) in &self.hidden {
            let of = dimension.split_once('=').map_or(dimension.as_str(), |(of, _)| of);
            let truth: i64 = match &cell.values {
                None => world.true_count(fact, &cell.schools, None, cell.by),
                Some(values) => values
                    .iter()
                    .map(|value| world.true_count(fact, &cell.schools, Some((of, value.as_str())), cell.by))
                    .sum(),
            };
            let secret =
                (1..6).contains(&truth) || instead.is_some_and(|shown| (1..6).contains(&(truth - shown).abs()));
            if !secret {
                continue;
            }
            outcome.secrets += 1;
            let row = space.row(cell);
            let exact = basis.value(row.clone());
            assert!(exact.is_none_or(|exact| exact == truth), "what follows from figures is true: {cell:?}");
            let bound = bounds.as_ref().and_then(|bounds| bounds.value(&row)).filter(|value| *value == truth);
            if exact.is_some() || bound.is_some() {
                let how = if exact.is_some() { "by elimination" } else { "by bounds" };
                outcome.recovered.push(format!("{fact} by {dimension} {cell:?} is {truth}, {how}"));
            }
        }
    }
}

/// What stands open is what was opened less what was closed, and whoever can work out two of them has the third: the small ones of
/// it that can be had so.
pub(super) fn relate(seen: &BTreeMap<Family, Seen>, world: &World, outcome: &mut Outcome) {
    let of = |fact: &str| seen.get(&(fact.to_owned(), KIND.to_owned()));
    let (Some(came), Some(went), Some(open)) = (of("case_opened"), of("case_closed"), of("case_open")) else { return };
    let known = |seen: &Seen| {
        let (space, mut basis) = (Space::of(seen, world, KIND), Basis::default());
        seen.shown.iter().for_each(|(cell, count)| basis.add(space.row(cell), *count));
        (space, basis)
    };
    let (came, went) = (known(came), known(went));
    let cells: BTreeSet<&Cell> = open.shown.keys().chain(open.hidden.keys()).collect();
    for cell in cells {
        let value = |(space, basis): &(Space, Basis)| space.has(cell).then(|| basis.value(space.row(cell))).flatten();
        let truth = |fact: &str| -> i64 {
            let count = |value: Option<(&str, &str)>| world.true_count(fact, &cell.schools, value, cell.by);
            let values = cell.values.as_ref();
            values.map_or_else(|| count(None), |all| all.iter().map(|value| count(Some((KIND, value.as_str())))).sum())
        };
        let three = [value(&came), value(&went), open.shown.get(cell).copied()];
        for (place, fact) in ["case_opened", "case_closed", "case_open"].into_iter().enumerate() {
            let small = (1..6).contains(&truth(fact));
            outcome.secrets += usize::from(small);
            let others = three.iter().enumerate().filter(|(at, _)| *at != place);
            if small && others.filter(|(_, value)| value.is_some()).count() == 2 {
                outcome.recovered.push(format!("{fact} {cell:?} is {}, by what stands open", truth(fact)));
            }
        }
    }
}

/// The unknowns: what one school counted of one value in one stretch between days.
struct Space {
    months: bool,
    values: Vec<String>,
    days: Vec<Date>,
}

impl Space {
    fn of(seen: &Seen, world: &World, dimension: &str) -> Self {
        let cells = || seen.shown.keys().chain(seen.hidden.keys());
        let mut values: BTreeSet<String> = cells().filter_map(|cell| cell.values.clone()).flatten().collect();
        // Whatever is of none of these; and everything is of some month of its term.
        if dimension == MONTH {
            values.extend(world.months());
        } else {
            values.insert(format!("not {dimension}"));
        }
        let days: BTreeSet<Date> = cells().map(|cell| cell.by).collect();
        Self { months: dimension == MONTH, values: values.into_iter().collect(), days: days.into_iter().collect() }
    }

    /// Whether it has all of a cell's unknowns.
    fn has(&self, cell: &Cell) -> bool {
        self.days.contains(&cell.by) && cell.values.iter().flatten().all(|value| self.values.contains(value))
    }

    fn size(&self) -> usize {
        SCHOOLS.len() * self.values.len() * self.days.len()
    }

    /// A cell as the unknowns it is the sum of.
    fn row(&self, cell: &Cell) -> Vec<u64> {
        let mut row = vec![0; self.size()];
        for (s, school) in SCHOOLS.iter().enumerate() {
            for (v, value) in self.values.iter().enumerate() {
                let counts = cell.schools.contains(school) && cell.values.as_ref().is_none_or(|of| of.contains(value));
                // Nothing of a month was counted before it began.
                let begun = |day: &Date| !self.months || day.to_string() >= *value;
                let known = |day: &Date| counts && *day <= cell.by && begun(day);
                for (d, _) in self.days.iter().enumerate().filter(|(_, day)| known(day)) {
                    row[(s * self.values.len() + v) * self.days.len() + d] = 1;
                }
            }
        }
        row
    }
}

fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    result
}

fn field(count: i64) -> u64 {
    u64::try_from(count.rem_euclid(i64::try_from(PRIME).unwrap())).unwrap()
}

/// A number of the field as the small one that it is; none where it is not small.
fn small(number: u64) -> Option<i64> {
    let number = i64::try_from(number).unwrap();
    let prime = i64::try_from(PRIME).unwrap();
    let signed = if number > prime / 2 { number - prime } else { number };
    (signed.abs() < FAR).then_some(signed)
}

/// Equations, eliminated: each with its pivot, which no other has; the last number is what it comes to.
#[derive(Default)]
struct Basis(Vec<(usize, Vec<u64>)>);

impl Basis {
    fn reduced(&self, row: &mut [u64]) {
        for (pivot, of) in &self.0 {
            let times = row[*pivot];
            if times != 0 {
                for (number, other) in row.iter_mut().zip(of).filter(|(_, other)| **other != 0) {
                    *number = (*number + PRIME - times * other % PRIME) % PRIME;
                }
            }
        }
    }

    fn add(&mut self, row: Vec<u64>, count: i64) {
        let mut row = row;
        row.push(field(count));
        self.reduced(&mut row);
        let unknowns = row.len() - 1;
        let Some(pivot) = row[..unknowns].iter().position(|number| *number != 0) else {
            assert_eq!(row[unknowns], 0, "figures do not contradict one another");
            return;
        };
        let inverse = power(row[pivot], PRIME - 2);
        row.iter_mut().for_each(|number| *number = *number * inverse % PRIME);
        for (_, of) in &mut self.0 {
            let times = of[pivot];
            if times != 0 {
                for (number, other) in of.iter_mut().zip(&row).filter(|(_, other)| **other != 0) {
                    *number = (*number + PRIME - times * other % PRIME) % PRIME;
                }
            }
        }
        self.0.push((pivot, row));
    }

    /// What a sum of unknowns comes to, where that follows.
    fn value(&self, row: Vec<u64>) -> Option<i64> {
        let mut row = row;
        row.push(0);
        self.reduced(&mut row);
        let unknowns = row.len() - 1;
        let follows = row[..unknowns].iter().all(|number| *number == 0);
        if follows { small((PRIME - row[unknowns]) % PRIME) } else { None }
    }
}

/// A linear equation or a bound: coefficients by unknown, and between what their sum lies.
struct Rule {
    of: Vec<(usize, i64)>,
    least: i64,
    most: i64,
}

/// Between what each unknown lies, and what is known of sums.
struct Bounds {
    of: Vec<(i64, i64)>,
    rules: BTreeMap<Vec<usize>, Bound>,
}

impl Bounds {
    /// None where the bounds contradict one another: something was taken back, and counts may be less than none.
    fn of(space: &Space, seen: &Seen, basis: &Basis) -> Option<Self> {
        let mut rules: Vec<Rule> = Vec::new();
        let ones = |row: &[u64]| -> Vec<(usize, i64)> {
            row.iter().enumerate().filter(|(_, number)| **number != 0).map(|(at, _)| (at, 1)).collect()
        };
        for (cell, count) in &seen.shown {
            rules.push(Rule { of: ones(&space.row(cell)), least: *count, most: *count });
        }
        for (cell, (_, (least, most))) in &seen.hidden {
            rules.push(Rule { of: ones(&space.row(cell)), least: *least, most: *most });
        }
        for (_, row) in &basis.0 {
            let numbers: Option<Vec<i64>> = row.iter().map(|number| small(*number)).collect();
            let Some(numbers) = numbers else { continue };
            let (count, of) = numbers.split_last()?;
            let of = of.iter().copied().enumerate().filter(|(_, number)| *number != 0).collect();
            rules.push(Rule { of, least: *count, most: *count });
        }
        let mut of = vec![(0, FAR); space.size()];
        let mut known: BTreeMap<Vec<usize>, Bound> = BTreeMap::new();
        for _ in 0..PASSES {
            for rule in &rules {
                rule.tighten(&mut of)?;
            }
        }
        for rule in &rules {
            if rule.of.iter().all(|(_, times)| *times == 1) {
                let at: Vec<usize> = rule.of.iter().map(|(at, _)| *at).collect();
                let (least, most) = rule.range(&of);
                let (before_least, before_most) = known.get(&at).copied().unwrap_or((0, FAR));
                known.insert(at, (least.max(rule.least).max(before_least), most.min(rule.most).min(before_most)));
            }
        }
        Some(Self { of, rules: known })
    }

    /// What a sum comes to, where its bounds meet.
    fn value(&self, row: &[u64]) -> Option<i64> {
        let at: Vec<usize> = row.iter().enumerate().filter(|(_, number)| **number != 0).map(|(at, _)| at).collect();
        let sums = at.iter().map(|at| self.of[*at]).fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
        let known = self.rules.get(&at).copied().unwrap_or((0, i64::MAX));
        let (least, most) = (sums.0.max(known.0), sums.1.min(known.1));
        (least == most).then_some(least)
    }
}

impl Rule {
    /// Between what its sum lies, by the bounds of its unknowns.
    fn range(&self, of: &[(i64, i64)]) -> (i64, i64) {
        let ends = self.of.iter().map(|(at, times)| {
            let (one, other) = (times * of[*at].0, times * of[*at].1);
            (one.min(other), one.max(other))
        });
        ends.fold((0, 0), |sum, end| (sum.0 + end.0, sum.1 + end.1))
    }

    fn tighten(&self, of: &mut [(i64, i64)]) -> Option<()> {
        let (mut least, mut most) = self.range(of);
        if least > self.most || most < self.least {
            return None;
        }
        for (at, times) in &self.of {
            let (one, other) = (times * of[*at].0, times * of[*at].1);
            let (low, high) = (one.min(other), one.max(other));
            // What the others leave for it.
            let (from, to) = (self.least - (most - high), self.most - (least - low));
            let (from, to) = (from.max(low), to.min(high));
            if from > to {
                return None;
            }
            // Whole numbers only: up for the least, down for the most.
            let up = |number: i64, by: i64| number.div_euclid(by) + i64::from(number.rem_euclid(by) != 0);
            let down = |number: i64, by: i64| number.div_euclid(by);
            let by = times.abs();
            of[*at] = if *times > 0 { (up(from, by), down(to, by)) } else { (up(-to, by), down(-from, by)) };
            if of[*at].0 > of[*at].1 {
                return None;
            }
            let (one, other) = (times * of[*at].0, times * of[*at].1);
            (least, most) = (least - low + one.min(other), most - high + one.max(other));
        }
        Some(())
    }
}
