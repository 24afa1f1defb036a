//! Tables that somebody puts together: what is asked, in the codes of the contract, checked and made into questions. What would
//! single out a child is refused here with what to ask instead; the refusal follows from the question alone, and tells nothing.

pub(crate) mod kept;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chassis::{
    calendar::{Season, Term},
    clock::london,
    error::{Error, Result, Violations},
    theme,
};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use crate::{
    disclosure::narrow,
    fact::date,
    measure::{self, Counts, Dimension, Measure},
    table::{Axis, Counted, Question, Schools, checked},
};

/// The most measures at once: each has a table of its own.
const MEASURES: usize = 5;
/// The most values that are selected.
const FILTERS: usize = 50;
/// The most terms of figures of people over all schools at once, all measures together.
const TERMS: usize = 31;
/// The most columns of a table.
const COLUMNS: usize = 150;
/// The most cells of all tables together.
const CELLS: usize = 20_000;

/// What is asked, in codes alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wish {
    /// The keys of measures.
    pub(crate) measures: Vec<String>,
    /// What the rows are; one row where empty.
    pub(crate) rows: String,
    /// What the columns are; one column where empty.
    pub(crate) columns: String,
    /// What is counted alone, such as `procedure=P5`.
    pub(crate) filters: Vec<String>,
    /// Of when: a term, a word for one, or `dates`.
    pub(crate) period: String,
    /// The first day of `dates`.
    pub(crate) from_date: String,
    /// The last day of `dates`.
    pub(crate) to_date: String,
}

/// The values of a dimension that may be selected, with their names; none where it is only taken as a whole.
pub(crate) fn values(dimension: &Dimension) -> Vec<(&str, &str)> {
    if dimension.key == "theme" {
        return theme::THEMES.to_vec();
    }
    let offered = dimension.values.iter().filter(|(value, _)| !dimension.never.contains(value));
    offered.map(|(value, title)| (value.as_str(), title.as_str())).collect()
}

/// The dimensions that a measure may be broken down by without anybody being singled out.
pub(crate) fn offered(measure: &'static Measure) -> Vec<&'static Dimension> {
    let all = measure.dimensions.iter().filter_map(|key| measure::dimension(key));
    all.filter(|dimension| {
        let (from, to) = days(Term { year: 2026, season: Season::Autumn });
        let rows = Some(Axis::Dimension(dimension.key.clone()));
        let (schools, only) = (Schools::All, BTreeMap::new());
        narrow(&Question { measure, schools, from, to, as_at: None, rows, columns: None, only }).is_none()
    })
    .collect()
}

/// Whether a measure is answered no more, from a day on or altogether.
fn gone(measure: Option<&Measure>, today: Date) -> bool {
    measure.is_none_or(|measure| measure.withdrawn.is_some_and(|day| day <= today))
}

/// A term's first day, and the day after its last.
fn days(term: Term) -> (Date, Date) {
    (term.start().date(), term.end().date())
}

/// The first term of the school year that a term is in.
fn year_of(term: Term) -> Term {
    let year = if term.season == Season::Autumn { term.year } else { term.year - 1 };
    Term { year, season: Season::Autumn }
}

/// How many terms a period reaches into.
fn terms((from, to): (Date, Date)) -> usize {
    let last = Term::at((to - time::Duration::DAY).midnight().assume_utc() + time::Duration::hours(12));
    let first = Term::at(from.midnight().assume_utc() + time::Duration::hours(12));
    std::iter::successors(Some(first), |term| Some(term.after()))
        .take_while(|term| *term <= last)
        .take(TERMS + 1)
        .count()
}

/// What the rows or the columns are.
fn axis(field: &'static str, text: &str, schools: &Schools, v: &mut Violations) -> Option<Axis> {
    match text {
        "" => None,
        "term" => Some(Axis::Term),
        "month" => Some(Axis::Month),
        "school" if *schools == Schools::All => Some(Axis::School),
        "school" => {
            v.add(field, "Select something else: only the authority asks school by school");
            None
        }
        text => {
            let known = measure::dimension(text).map(|dimension| Axis::Dimension(dimension.key.clone()));
            if known.is_none() {
                v.add(
                    field,
                    "Select term, month, or what the measure may be broken down by; the authority also school",
                );
            }
            known
        }
    }
}

/// The names of the fields that a question's own check refuses, as the contract has them.
fn in_contract(error: Error) -> Error {
    let mut v = Violations::new();
    for violation in error.violations() {
        let field = match violation.field.as_str() {
            "from" => "from_date",
            "to" => "to_date",
            "measure" => "measures",
            other if other.starts_with("only.") => "filters",
            other => other,
        };
        v.add(field, violation.message.clone());
    }
    v.finish().err().unwrap_or(error)
}

/// Lets a question in, or says what to ask instead.
///
/// # Errors
/// `Invalid` with the field and the fix.
pub(crate) fn admitted(question: &Question, today: Date) -> Result<()> {
    checked(question, today).map_err(in_contract)?;
    match narrow(question) {
        Some((field, fix)) => Err(Error::invalid(field, fix)),
        None => Ok(()),
    }
}

/// Whether tables are of a size that somebody can read.
///
/// # Errors
/// `Invalid` with the field and the fix.
pub(crate) fn fits(counted: &[Counted]) -> Result<()> {
    let mut cells = 0_usize;
    for table in counted {
        let columns = table.columns.len();
        if columns > COLUMNS {
            let fix = format!("Take this as rows: there would be {columns} columns, and there may be {COLUMNS}");
            return Err(Error::invalid("columns", fix));
        }
        cells = cells.saturating_add(columns.saturating_mul(table.rows.len()));
    }
    if cells > CELLS {
        let fix = format!("Ask for less at once: there would be {cells} figures, and there may be {CELLS}");
        return Err(Error::invalid("columns", fix));
    }
    Ok(())
}

impl Wish {
    /// The questions: one for each measure.
    ///
    /// # Errors
    /// `Invalid` with every field at fault, and what to ask instead.
    pub(crate) fn questions(
        &self,
        schools: &Schools,
        as_at: Option<Date>,
        now: OffsetDateTime,
    ) -> Result<Vec<Question>> {
        let mut v = Violations::new();
        let measures = self.measured(&mut v);
        let rows = axis("rows", &self.rows, schools, &mut v);
        let columns = axis("columns", &self.columns, schools, &mut v);
        let only = self.only(&mut v);
        let period = self.period(now, &mut v);
        v.finish()?;
        let (from, to) = period.ok_or_else(|| Error::internal("a period without days"))?;
        let of = |measure| Question {
            measure,
            schools: schools.clone(),
            from,
            to,
            as_at,
            rows: rows.clone(),
            columns: columns.clone(),
            only: only.clone(),
        };
        let questions: Vec<Question> = measures.into_iter().map(of).collect();
        let today = london(now).date();
        for question in &questions {
            admitted(question, today)?;
        }
        let people = questions.iter().filter(|question| question.measure.counts == Counts::People).count();
        if *schools == Schools::All && people.saturating_mul(terms((from, to))) > TERMS {
            let fix = format!(
                "Ask for a shorter period or for fewer measures: {TERMS} terms at once, of all measures together"
            );
            return Err(Error::invalid("period", fix));
        }
        Ok(questions)
    }

    /// Those of its measures that are answered no more.
    pub(crate) fn withdrawn(&self, today: Date) -> Vec<String> {
        self.measures.iter().filter(|key| gone(measure::get(key), today)).cloned().collect()
    }

    fn measured(&self, v: &mut Violations) -> Vec<&'static Measure> {
        let few = (1..=MEASURES).contains(&self.measures.len());
        v.check(few, "measures", format!("Select 1 to {MEASURES} measures"));
        let mut found: Vec<&'static Measure> = Vec::new();
        // Where there are too many, single ones of them say nothing more.
        for (n, key) in self.measures.iter().filter(|_| few).enumerate() {
            match measure::get(key) {
                Some(measure) if found.iter().any(|other| other.key == measure.key) => {
                    v.add(format!("measures[{n}]"), "Select each measure once");
                }
                Some(measure) => found.push(measure),
                None => {
                    v.add(format!("measures[{n}]"), "Select one of the measures there are: this is none, or it is gone")
                }
            }
        }
        found
    }

    fn only(&self, v: &mut Violations) -> BTreeMap<String, Vec<String>> {
        let mut only: BTreeMap<String, Vec<String>> = BTreeMap::new();
        v.check(self.filters.len() <= FILTERS, "filters", format!("Select {FILTERS} values or less"));
        for (n, filter) in self.filters.iter().take(FILTERS).enumerate() {
            let field = format!("filters[{n}]");
            let Some((key, value)) = filter.split_once('=') else {
                v.add(field, "Enter a dimension and one of its values, such as procedure=P5");
                continue;
            };
            let Some(dimension) = measure::dimension(key) else {
                v.add(field, "Select a dimension of the measure: there is no such dimension");
                continue;
            };
            match values(dimension).iter().find(|(known, _)| *known == value) {
                Some((known, _)) => {
                    let selected = only.entry(dimension.key.clone()).or_default();
                    if !selected.iter().any(|other| other == known) {
                        selected.push((*known).to_owned());
                    }
                }
                None if values(dimension).is_empty() => {
                    v.add(field, "Take it as rows or columns: single ones of it cannot be selected");
                }
                None => v.add(field, "Select one of the values of this dimension: there is no such value"),
            }
        }
        only
    }

    /// The first day of the period, and the day after its last.
    fn period(&self, now: OffsetDateTime, v: &mut Violations) -> Option<(Date, Date)> {
        let this = Term::at(now);
        let year = year_of(this);
        let before = Term { year: year.year - 1, ..year };
        // Of what lies beyond this school year nothing can be known for long.
        let over = days(Term { year: year.year + 1, ..year }).0;
        let period = match self.period.as_str() {
            "dates" => return self.dates(over, v),
            "" | "this_term" => Some(days(this)),
            "last_term" => Some(days(this.before())),
            "this_year" => Some((days(year).0, days(this).1)),
            "last_year" => Some((days(before).0, days(year).0)),
            id => id.parse().ok().map(days),
        };
        let fix = "Enter a term such as 2026-autumn, or this_term, last_term, this_year, last_year or dates";
        v.check(period.is_some(), "period", fix);
        let ahead = period.is_some_and(|(_, to)| to > over);
        v.check(!ahead, "period", "Enter a term that is not beyond this school year");
        let dated = !self.from_date.is_empty() || !self.to_date.is_empty();
        v.check(!dated, "period", "Enter dates to ask from one day to another, or leave both days out");
        period
    }

    /// The period from one day to another, which ends before the day on which the next school year begins.
    fn dates(&self, over: Date, v: &mut Violations) -> Option<(Date, Date)> {
        let from = date(&self.from_date);
        let to = date(&self.to_date).and_then(Date::next_day);
        v.check(from.is_some(), "from_date", "Enter the first day, such as 2026-09-01");
        v.check(to.is_some(), "to_date", "Enter the last day, such as 2026-12-31");
        let ahead = to.is_some_and(|to| to > over);
        v.check(!ahead, "to_date", "Enter a day that is not beyond this school year");
        from.zip(to)
    }
}

/// What an axis is called; empty where there is none.
pub(crate) fn axis_title(axis: Option<&Axis>) -> String {
    match axis {
        None => String::new(),
        Some(Axis::School) => "School".to_owned(),
        Some(Axis::Term) => "Term".to_owned(),
        Some(Axis::Month) => "Month".to_owned(),
        Some(Axis::Dimension(key)) => measure::dimension(key).map(|known| known.title.clone()).unwrap_or_default(),
    }
}

/// What one row or column is called; a school by its id, for its name is not known here.
pub(crate) fn label_title(axis: Option<&Axis>, label: &str) -> String {
    match axis {
        None => String::new(),
        Some(Axis::School) => label.to_owned(),
        Some(Axis::Term) => label.parse::<Term>().map_or_else(|()| label.to_owned(), Term::title),
        Some(Axis::Month) => {
            let first = date(&format!("{label}-01"));
            first.map_or_else(|| label.to_owned(), |first| format!("{} {}", first.month(), first.year()))
        }
        Some(Axis::Dimension(key)) => measure::value_title(key, label),
    }
}

/// What a question counts alone, in words.
pub(crate) fn only_titles(question: &Question) -> Vec<String> {
    let of = |(key, selected): (&String, &Vec<String>)| {
        let named: Vec<String> = selected.iter().map(|value| measure::value_title(key, value)).collect();
        let title = axis_title(Some(&Axis::Dimension(key.clone())));
        format!("{title}: {}", named.join(", "))
    };
    question.only.iter().map(of).collect()
}
