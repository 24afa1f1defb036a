//! Counts by school, fact, dimensions and day, each with the day on which it was known; and the same by stretches of days, for
//! what is known now.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use chassis::{calendar::Term, db::Tx, error::Result};
use sea_orm::Value;
use time::{Date, Duration};

use super::{rows, run};
use crate::{
    fact::{Fact, canonical},
    table::span,
};

/// Rows written by one statement: below every engine's limit of parameters.
pub(super) const CHUNK: usize = 500;

/// What is added to one count: school, fact, day, dimensions, and the day it was known.
type Key = (String, &'static str, Date, String, Date);

/// What is added to counts, in the order of their keys.
#[derive(Debug, Default)]
pub(crate) struct Cells(BTreeMap<Key, i64>);

impl Cells {
    /// Adds facts of a school so many times; takes them away where that is fewer than none.
    pub(crate) fn add(&mut self, school: &str, facts: Vec<Fact>, times: i64) {
        for fact in facts {
            let key = (school.to_owned(), fact.fact, fact.day, canonical(&fact.dims), fact.known);
            *self.0.entry(key).or_default() += fact.count.saturating_mul(times);
        }
    }

    /// The facts whose counts are moved by it, each with the term.
    pub(crate) fn moved(&self) -> BTreeSet<(&'static str, String)> {
        let term = |day: Date| Term::at(day.midnight().assume_utc() + Duration::hours(12)).id();
        let of = |((_, fact, day, _, _), count): (&Key, &i64)| (*count != 0).then(|| (*fact, term(*day)));
        self.0.iter().filter_map(of).collect()
    }
}

/// The places of so many rows of values: `($1, $2), ($3, $4)`.
pub(super) fn places(rows: usize, columns: usize) -> String {
    let mut text = String::new();
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { ", " };
            let _ = write!(text, "{comma}${}", row * columns + column + 1);
        }
        text.push(')');
    }
    text
}

/// Adds to the counts of a generation.
pub(crate) async fn add(tx: &Tx, generation: i64, cells: &Cells) -> Result<()> {
    let mut by_day: Vec<[Value; 7]> = Vec::new();
    let mut spans: BTreeMap<(&str, &str, Date, &str), i64> = BTreeMap::new();
    for ((school, fact, day, dims, known), count) in cells.0.iter().filter(|(_, count)| **count != 0) {
        *spans.entry((school.as_str(), *fact, span(*day), dims.as_str())).or_default() += count;
        by_day.push([
            generation.into(),
            (*fact).into(),
            school.as_str().into(),
            day.to_string().into(),
            dims.as_str().into(),
            known.to_string().into(),
            (*count).into(),
        ]);
    }
    for chunk in by_day.chunks(CHUNK) {
        let sql = format!(
            "INSERT INTO cell (generation, fact, school_id, day, dims, known, count) VALUES {} \
             ON CONFLICT (generation, fact, school_id, day, dims, known) DO UPDATE SET count = cell.count + excluded.count",
            places(chunk.len(), 7)
        );
        run(tx, &sql, chunk.iter().flatten().cloned().collect()).await?;
    }
    let by_span: Vec<[Value; 6]> = spans
        .into_iter()
        .filter(|(_, count)| *count != 0)
        .map(|((school, fact, span, dims), count)| {
            [generation.into(), fact.into(), span.to_string().into(), school.into(), dims.into(), count.into()]
        })
        .collect();
    for chunk in by_span.chunks(CHUNK) {
        let sql = format!(
            "INSERT INTO span_cell (generation, fact, span, school_id, dims, count) VALUES {} \
             ON CONFLICT (generation, fact, span, school_id, dims) DO UPDATE SET count = span_cell.count + excluded.count",
            places(chunk.len(), 6)
        );
        run(tx, &sql, chunk.iter().flatten().cloned().collect()).await?;
    }
    Ok(())
}

/// Sums that one statement answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sums {
    /// The school; every school where none.
    pub(crate) school: Option<String>,
    /// The first day; from the beginning where none.
    pub(crate) from: Option<Date>,
    /// The day after the last.
    pub(crate) to: Date,
    /// The day at whose end it was known; now where none.
    pub(crate) as_at: Option<Date>,
    /// The first days of the second stretch and those after.
    pub(crate) breaks: Vec<Date>,
    /// Whether schools are told apart.
    pub(crate) by_school: bool,
    /// The facts, with whether their dimensions matter.
    pub(crate) facts: BTreeMap<&'static str, bool>,
}

/// One sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) fact: String,
    pub(crate) school: String,
    pub(crate) dims: String,
    /// Which stretch, from 0.
    pub(crate) stretch: usize,
    pub(crate) count: i64,
}

impl Sums {
    /// Whether both can be answered at once.
    pub(crate) fn beside(&self, other: &Self) -> bool {
        Self { facts: BTreeMap::new(), ..self.clone() } == *other
    }

    /// Whether it begins, breaks and ends with stretches that counts are kept for.
    fn aligned(&self) -> bool {
        let mut days = self.breaks.iter().chain(&self.from).chain([&self.to]);
        self.as_at.is_none() && days.all(|day| span(*day) == *day)
    }
}

/// The sums, from the generation that is answered.
pub(crate) async fn sums(tx: &Tx, asked: &Sums) -> Result<Vec<Sum>> {
    let (table, day) = if asked.aligned() { ("span_cell", "span") } else { ("cell", "day") };
    let mut values: Vec<Value> = vec![asked.to.to_string().into()];
    let mut also = String::new();
    let mut bind = |condition: &str, value: String| {
        values.push(value.into());
        let _ = write!(also, " AND {condition} ${}", values.len());
    };
    if let Some(from) = asked.from {
        bind(&format!("{day} >="), from.to_string());
    }
    if let Some(school) = &asked.school {
        bind("school_id =", school.clone());
    }
    if let Some(as_at) = asked.as_at {
        bind("known <=", as_at.to_string());
    }
    // Facts are codes of this program; days are written by it.
    let quoted = |facts: Vec<&&str>| facts.iter().map(|fact| format!("'{fact}'")).collect::<Vec<_>>().join(", ");
    let facts = quoted(asked.facts.keys().collect());
    let apart = quoted(asked.facts.iter().filter(|(_, apart)| **apart).map(|(fact, _)| fact).collect());
    let dims =
        if apart.is_empty() { "''".to_owned() } else { format!("CASE WHEN fact IN ({apart}) THEN dims ELSE '' END") };
    let school = if asked.by_school { "school_id" } else { "''" };
    let mut stretch = "0".to_owned();
    if !asked.breaks.is_empty() {
        stretch = "CASE".to_owned();
        for (n, first) in asked.breaks.iter().enumerate() {
            let _ = write!(stretch, " WHEN {day} < '{first}' THEN {n}");
        }
        let _ = write!(stretch, " ELSE {} END", asked.breaks.len());
    }
    let sql = format!(
        "SELECT fact, CAST({school} AS TEXT) AS school, CAST({dims} AS TEXT) AS dims, CAST({stretch} AS BIGINT) AS stretch, \
         CAST(SUM(count) AS BIGINT) AS n FROM {table} \
         WHERE generation = (SELECT generation FROM progress WHERE id = 1) AND fact IN ({facts}) AND {day} < $1{also} \
         GROUP BY 1, 2, 3, 4"
    );
    let sum = |row: &sea_orm::QueryResult| {
        let stretch: i64 = row.try_get("", "stretch")?;
        Ok(Sum {
            fact: row.try_get("", "fact")?,
            school: row.try_get("", "school")?,
            dims: row.try_get("", "dims")?,
            stretch: usize::try_from(stretch).unwrap_or_default(),
            count: row.try_get("", "n")?,
        })
    };
    rows(tx, &sql, values).await?.iter().map(sum).collect()
}

/// The days before `to` on which something of a fact is counted at a school, the last first, with its dimensions.
pub(crate) async fn days(
    tx: &Tx,
    (school, fact): (&str, &str),
    to: Date,
    as_at: Option<Date>,
) -> Result<Vec<(String, String)>> {
    let mut values: Vec<Value> = vec![fact.into(), school.into(), to.to_string().into()];
    let mut known = "";
    if let Some(as_at) = as_at {
        values.push(as_at.to_string().into());
        known = " AND known <= $4";
    }
    // What was taken back leaves nothing.
    let sql = format!(
        "SELECT day, dims FROM cell WHERE generation = (SELECT generation FROM progress WHERE id = 1) \
         AND fact = $1 AND school_id = $2 AND day < $3{known} GROUP BY day, dims HAVING SUM(count) > 0 ORDER BY day DESC"
    );
    let of = |row: &sea_orm::QueryResult| Ok((row.try_get("", "day")?, row.try_get("", "dims")?));
    rows(tx, &sql, values).await?.iter().map(of).collect()
}
