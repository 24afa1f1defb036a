//! Questions and how they are counted: a measure of some schools in a period, as it is known now or was known at a past day.
//! What comes out is exact, and nobody's to see: it goes through disclosure control before it goes anywhere.

use std::collections::BTreeMap;

use chassis::{
    calendar::Term,
    clock::london,
    db::Tx,
    error::{Error, Result, Violations},
};
use time::{Date, Month};

use crate::{
    fact,
    measure::{self, Measure},
    store,
};

/// The longest period, in days: ten years.
const LONGEST: i64 = 3_660;
/// The most rows or columns.
const MOST: usize = 1_000;
/// The most values that a dimension is narrowed to.
const VALUES: usize = 50;

/// What rows or columns are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Axis {
    /// A school each.
    School,
    /// A school term each, as far as the period holds it.
    Term,
    /// A calendar month each, as far as the period holds it.
    Month,
    /// A value of a dimension each.
    Dimension(String),
}

/// Whose figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schools {
    /// One school's.
    One(String),
    /// All schools'.
    All,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is counted.
    pub measure: &'static Measure,
    /// Whose.
    pub schools: Schools,
    /// The first day.
    pub from: Date,
    /// The day after the last.
    pub to: Date,
    /// The day at whose end it was known; what is known now where none.
    pub as_at: Option<Date>,
    /// What the rows are; one row where none.
    pub rows: Option<Axis>,
    /// What the columns are; one column where none.
    pub columns: Option<Axis>,
    /// The values of dimensions that are counted; all of a dimension that is not named.
    pub only: BTreeMap<String, Vec<String>>,
}

/// The counts that answer a question: exact, and so not for any door.
#[derive(Clone, PartialEq, Eq)]
pub struct Counted {
    pub(crate) question: Question,
    pub(crate) rows: Vec<String>,
    pub(crate) columns: Vec<String>,
    pub(crate) cells: Vec<Vec<u64>>,
    /// How much of what the figure is known by there is, cell by cell; none where nought is nought.
    pub(crate) known: Option<Vec<Vec<u64>>>,
    /// Of a measure that counts some of a fact's things: how many things of the fact there are, cell by cell. Where there are any, none of
    /// them is nought, and not unknown.
    pub(crate) whole: Option<Vec<Vec<u64>>>,
}

impl Counted {
    /// The sum of each row.
    pub fn row_totals(&self) -> Vec<u64> {
        self.cells.iter().map(|row| row.iter().sum()).collect()
    }

    /// The sum of each column.
    pub fn column_totals(&self) -> Vec<u64> {
        (0..self.columns.len()).map(|n| self.cells.iter().filter_map(|row| row.get(n)).sum()).collect()
    }

    /// The sum of all cells.
    pub fn total(&self) -> u64 {
        self.row_totals().iter().sum()
    }
}

impl Axis {
    fn of_time(&self) -> bool {
        matches!(self, Self::Term | Self::Month)
    }

    fn dimension(&self) -> Option<&str> {
        match self {
            Self::Dimension(dimension) => Some(dimension),
            Self::School | Self::Term | Self::Month => None,
        }
    }
}

/// The stretch of days that a day belongs to: counts are kept for these too, and periods that begin and end with one are
/// counted from them. Months, of which April is parted where the spring term ends.
pub fn span(day: Date) -> Date {
    let parted = day.month() == Month::April && day.day() >= 16;
    day.replace_day(if parted { 16 } else { 1 }).unwrap_or(day)
}

/// The term a day lies in.
fn term(day: Date) -> Term {
    Term::at(day.midnight().assume_utc() + time::Duration::hours(12))
}

/// The stretches of a period with the first day of each.
fn stretches(axis: &Axis, from: Date, to: Date) -> Vec<(String, Date)> {
    let mut all = Vec::new();
    let mut day = from;
    while day < to {
        let (label, next) = match axis {
            Axis::Term => (term(day).id(), term(day).end().date()),
            _ => {
                let first = day.replace_day(1).unwrap_or(day);
                let next = first + time::Duration::days(32);
                (format!("{}-{:02}", day.year(), u8::from(day.month())), next.replace_day(1).unwrap_or(next))
            }
        };
        all.push((label, day));
        day = next;
    }
    all
}

/// What may be asked, and how it is put right where it may not.
///
/// # Errors
/// `Invalid` with every field at fault.
pub(crate) fn checked(question: &Question, today: Date) -> Result<()> {
    let mut violations = Violations::new();
    let Question { measure, from, to, as_at, .. } = question;
    let years = |day: &Date| (1990..=2300).contains(&day.year());
    violations.check(years(from), "from", "Enter a day of the years 1990 to 2300");
    violations.check(years(to), "to", "Enter a day of the years 1990 to 2300");
    violations.check(from < to, "to", "Enter a day after the first day of the period");
    let days = (*to - *from).whole_days();
    violations.check(days <= LONGEST, "to", "Ask for a period of ten years or less");
    if let Some(as_at) = as_at {
        violations.check(*as_at <= today, "as_at_date", "Enter a day that is not ahead of us");
        violations.check(as_at >= from, "as_at_date", "Enter a day on or after the first day of the period");
    }
    if let Some(day) = measure.withdrawn.filter(|day| day < to) {
        let fix = format!("Ask for a period before {day}, when this measure was withdrawn, or for another measure");
        violations.add("measure", fix);
    }
    let known = |dimension: &str| measure.dimensions.iter().any(|known| known == dimension);
    let fix = || match measure.dimensions.as_slice() {
        [] => "Leave it out: this measure is not broken down".to_owned(),
        known => format!("Select one of: {}", known.join(", ")),
    };
    for (field, axis) in [("rows", &question.rows), ("columns", &question.columns)] {
        if let Some(dimension) = axis.as_ref().and_then(Axis::dimension) {
            violations.check(known(dimension), field, fix());
        }
    }
    let twice = question.rows.is_some() && question.rows == question.columns;
    violations.check(!twice, "columns", "Select something else for columns than for rows");
    let times = [&question.rows, &question.columns].into_iter().flatten().filter(|axis| axis.of_time()).count();
    violations.check(twice || times < 2, "columns", "Select months or terms for rows or for columns, not for both");
    for (dimension, values) in &question.only {
        violations.check(known(dimension), format!("only.{dimension}"), fix());
        let few = !values.is_empty() && values.len() <= VALUES;
        violations.check(few, format!("only.{dimension}"), format!("Select 1 to {VALUES} values"));
    }
    violations.finish()
}

/// The measure of a key, for whoever is asked by key.
///
/// # Errors
/// `Invalid` where there is none.
pub fn measure_of(key: &str) -> Result<&'static Measure> {
    let fix =
        || format!("Select one of: {}", measure::all().iter().map(|m| m.key.as_str()).collect::<Vec<_>>().join(", "));
    measure::get(key).ok_or_else(|| Error::invalid("measure", fix()))
}

impl Question {
    /// The axis of time.
    fn time(&self) -> Option<&Axis> {
        [&self.rows, &self.columns].into_iter().flatten().find(|axis| axis.of_time())
    }

    /// Whether dimensions matter to it.
    fn tells_apart(&self) -> bool {
        let mut axes = [&self.rows, &self.columns].into_iter().flatten();
        !self.measure.only.is_empty() || !self.only.is_empty() || axes.any(|axis| axis.dimension().is_some())
    }

    /// Whether nothing can be said of it without its counts.
    fn counts_to_be_outlined(&self) -> bool {
        let mut axes = [&self.rows, &self.columns].into_iter().flatten();
        self.measure.counts == measure::Counts::Things || axes.any(|axis| axis.dimension().is_some())
    }

    fn by_school(&self) -> bool {
        [&self.rows, &self.columns].into_iter().flatten().any(|axis| *axis == Axis::School)
    }

    fn stretches(&self) -> Vec<(String, Date)> {
        self.time().map(|axis| stretches(axis, self.from, self.to)).unwrap_or_default()
    }

    /// What the store is asked for it, besides the fact.
    fn sums(&self) -> store::cell::Sums {
        store::cell::Sums {
            school: match &self.schools {
                Schools::One(school) => Some(school.clone()),
                Schools::All => None,
            },
            from: (!self.measure.standing).then_some(self.from),
            to: self.to,
            as_at: self.as_at,
            breaks: self.stretches().into_iter().skip(1).map(|(_, first)| first).collect(),
            by_school: self.by_school(),
            facts: BTreeMap::new(),
        }
    }

    /// Whether a row of the store is counted in it.
    fn takes(&self, dims: &str) -> bool {
        let mut only = self.measure.only.iter().chain(&self.only);
        only.all(|(dimension, wanted)| {
            fact::values(dims, dimension).iter().any(|value| wanted.iter().any(|wanted| wanted == value))
        })
    }

    /// The labels on one axis that a row of the store counts under.
    fn labels<'a>(
        &'a self,
        axis: Option<&Axis>,
        sum: &'a store::cell::Sum,
        times: &'a [(String, Date)],
    ) -> Vec<&'a str> {
        match axis {
            None => vec![""],
            Some(Axis::School) => vec![sum.school.as_str()],
            Some(Axis::Term | Axis::Month) => {
                times.get(sum.stretch).map(|(label, _)| label.as_str()).into_iter().collect()
            }
            Some(Axis::Dimension(dimension)) => fact::values(&sum.dims, dimension),
        }
    }

    /// How much of a fact there is in each cell, whatever its dimensions are.
    fn of_fact(
        &self,
        fact: &str,
        sums: &[store::cell::Sum],
        (rows, columns): (&[String], &[String]),
        times: &[(String, Date)],
    ) -> Vec<Vec<u64>> {
        let whole = |axis: Option<&Axis>| axis.is_none_or(|axis| axis.dimension().is_some());
        let (row_axis, column_axis) = (self.rows.as_ref(), self.columns.as_ref());
        let mut counts: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for sum in sums.iter().filter(|sum| sum.fact == fact) {
            for row in if whole(row_axis) { vec![""] } else { self.labels(row_axis, sum, times) } {
                for column in if whole(column_axis) { vec![""] } else { self.labels(column_axis, sum, times) } {
                    *counts.entry((row, column)).or_default() += sum.count;
                }
            }
        }
        let cell = |row: &String, column: &String| {
            let row = if whole(row_axis) { "" } else { row.as_str() };
            let column = if whole(column_axis) { "" } else { column.as_str() };
            u64::try_from(counts.get(&(row, column)).copied().unwrap_or_default()).unwrap_or_default()
        };
        rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect()
    }

    /// All labels of one axis, in order.
    fn headings(
        &self,
        axis: Option<&Axis>,
        seen: &[&str],
        schools: &[String],
        times: &[(String, Date)],
    ) -> Vec<String> {
        match axis {
            None => vec![String::new()],
            Some(Axis::School) => match &self.schools {
                Schools::One(school) => vec![school.clone()],
                Schools::All => schools.to_vec(),
            },
            Some(Axis::Term | Axis::Month) => times.iter().map(|(label, _)| label.clone()).collect(),
            Some(Axis::Dimension(dimension)) => {
                let mut seen = seen.to_vec();
                seen.sort_by_key(|value| measure::place(dimension, value));
                seen.dedup();
                seen.into_iter().map(str::to_owned).collect()
            }
        }
    }

    /// The table of what the store answered.
    fn table(self, sums: &[store::cell::Sum], schools: &[String]) -> Result<Counted> {
        let times = self.stretches();
        let (row_axis, column_axis) = (self.rows.as_ref(), self.columns.as_ref());
        let mut counts: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for sum in sums.iter().filter(|sum| sum.fact == self.measure.fact && self.takes(&sum.dims)) {
            for row in self.labels(row_axis, sum, &times) {
                for column in self.labels(column_axis, sum, &times) {
                    *counts.entry((row, column)).or_default() += sum.count;
                }
            }
        }
        counts.retain(|_, count| *count != 0);
        let (seen_rows, seen_columns): (Vec<&str>, Vec<&str>) = counts.keys().copied().unzip();
        let rows = self.headings(row_axis, &seen_rows, schools, &times);
        let columns = self.headings(column_axis, &seen_columns, schools, &times);
        for (field, labels) in [("rows", &rows), ("columns", &columns)] {
            if labels.len() > MOST {
                return Err(Error::invalid(field, format!("Ask for less: there are {} of them", labels.len())));
            }
        }
        let count = |row: &str, column: &str| counts.get(&(row, column)).copied().unwrap_or_default();
        let mut cells: Vec<Vec<i64>> =
            rows.iter().map(|row| columns.iter().map(|column| count(row, column)).collect()).collect();
        if self.measure.standing {
            // What stands at the end of one stretch stands at the beginning of the next.
            if row_axis.is_some_and(Axis::of_time) {
                for n in 1..cells.len() {
                    let before = cells[n - 1].clone();
                    cells[n].iter_mut().zip(before).for_each(|(cell, before)| *cell += before);
                }
            } else if column_axis.is_some_and(Axis::of_time) {
                for row in &mut cells {
                    let mut sum = 0;
                    for cell in row {
                        sum += *cell;
                        *cell = sum;
                    }
                }
            }
        }
        let number = |n: i64| u64::try_from(n).unwrap_or_default();
        let cells = cells.into_iter().map(|row| row.into_iter().map(number).collect()).collect();
        let of_fact = |fact: &str| self.of_fact(fact, sums, (rows.as_slice(), columns.as_slice()), &times);
        let known = self.measure.known_by.as_ref().map(|known_by| of_fact(&known_by.fact));
        let some = !self.measure.only.is_empty() && !self.measure.standing;
        let whole = some.then(|| of_fact(&self.measure.fact));
        Ok(Counted { rows, columns, cells, known, whole, question: self })
    }
}

/// Counts the answer to one question, in one statement.
///
/// # Errors
/// `Invalid` with what may not be asked and how it is put right.
#[cfg_attr(not(test), expect(dead_code, reason = "the way in for whoever asks one question"))]
pub(crate) async fn count(tx: &Tx, question: Question) -> Result<Counted> {
    counts(tx, vec![question]).await?.pop().ok_or_else(|| Error::internal("a question without an answer"))
}

/// Counts the answers to several questions: those about the same schools, period and day at once, in one statement.
///
/// # Errors
/// As `count`.
pub(crate) async fn counts(tx: &Tx, questions: Vec<Question>) -> Result<Vec<Counted>> {
    answers(tx, questions, |_| true).await
}

/// The same without the counts of people where no heading depends on them: for disclosure control, which has its own, and answers
/// figures of people from what was printed and from no count.
///
/// # Errors
/// As `count`.
pub(crate) async fn outlines(tx: &Tx, questions: Vec<Question>) -> Result<Vec<Counted>> {
    answers(tx, questions, Question::counts_to_be_outlined).await
}

async fn answers(tx: &Tx, questions: Vec<Question>, counted: fn(&Question) -> bool) -> Result<Vec<Counted>> {
    let today = london(tx.now()).date();
    let mut asked: Vec<store::cell::Sums> = Vec::new();
    let mut places = Vec::with_capacity(questions.len());
    for question in &questions {
        checked(question, today)?;
        if !counted(question) {
            places.push(None);
            continue;
        }
        let sums = question.sums();
        let place = asked.iter().position(|other| other.beside(&sums)).unwrap_or_else(|| {
            asked.push(sums);
            asked.len() - 1
        });
        places.push(Some(place));
        if let Some(sums) = asked.get_mut(place) {
            *sums.facts.entry(question.measure.fact.as_str()).or_default() |= question.tells_apart();
            if let Some(known) = &question.measure.known_by {
                sums.facts.entry(known.fact.as_str()).or_default();
            }
        }
    }
    let all_schools = |question: &Question| question.by_school() && question.schools == Schools::All;
    let schools = if questions.iter().any(all_schools) { store::state::school_ids(tx).await? } else { Vec::new() };
    let mut answered = Vec::with_capacity(asked.len());
    for sums in &asked {
        answered.push(store::cell::sums(tx, sums).await?);
    }
    let empty = Vec::new();
    let answer = |(question, place): (Question, Option<usize>)| {
        let sums = place.and_then(|place| answered.get(place)).unwrap_or(&empty);
        question.table(sums, &schools)
    };
    questions.into_iter().zip(places).map(answer).collect()
}

#[cfg(test)]
mod tests;
