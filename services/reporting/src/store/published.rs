//! What was printed, so that what is printed next gives away nothing together with it. It is never let go of.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{db::Tx, error::Result};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, Value};

use super::{moved, rows, run};

/// Rows written by one statement: below every engine's limit of parameters.
const CHUNK: usize = 500;

/// The printings of one fact at a school in a term; over all schools where the school is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) school: String,
    pub(crate) term: String,
    pub(crate) fact: String,
    pub(crate) printed: String,
}

fn quoted<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    // Facts and terms are codes of this program.
    codes.map(|code| format!("'{code}'")).collect::<Vec<_>>().join(", ")
}

/// The printings of some facts in some terms: of some schools, or of all and over all.
pub(crate) async fn read(
    tx: &Tx,
    schools: Option<&BTreeSet<String>>,
    terms: &BTreeSet<String>,
    facts: &BTreeSet<&'static str>,
) -> Result<Vec<Row>> {
    if terms.is_empty() || facts.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = Vec::new();
    let mut at = String::new();
    if let Some(schools) = schools {
        let places: Vec<String> = (1..=schools.len()).map(|n| format!("${n}")).collect();
        values.extend(schools.iter().map(|school| Value::from(school.as_str())));
        at = format!(" AND school_id IN ({})", places.join(", "));
    }
    let sql = format!(
        "SELECT school_id, term_id, fact, printed FROM published WHERE term_id IN ({}) AND fact IN ({}){at}",
        quoted(terms.iter().map(String::as_str)),
        quoted(facts.iter().copied()),
    );
    let row = |row: &sea_orm::QueryResult| {
        Ok(Row {
            school: row.try_get("", "school_id")?,
            term: row.try_get("", "term_id")?,
            fact: row.try_get("", "fact")?,
            printed: row.try_get("", "printed")?,
        })
    };
    rows(tx, &sql, values).await?.iter().map(row).collect()
}

/// Keeps printings in place of those before.
pub(crate) async fn keep(tx: &Tx, kept: &[Row]) -> Result<()> {
    for chunk in kept.chunks(CHUNK) {
        let of = |row: &Row| [&row.school, &row.term, &row.fact, &row.printed].map(|text| Value::from(text.as_str()));
        let places: Vec<String> = (0..chunk.len())
            .map(|n| format!("(${}, ${}, ${}, ${})", 4 * n + 1, 4 * n + 2, 4 * n + 3, 4 * n + 4))
            .collect();
        let sql = format!(
            "INSERT INTO published (school_id, term_id, fact, printed) VALUES {} \
             ON CONFLICT (school_id, term_id, fact) DO UPDATE SET printed = excluded.printed",
            places.join(", ")
        );
        run(tx, &sql, chunk.iter().flat_map(of).collect()).await?;
    }
    let printed = kept.iter().map(|row| (row.fact.as_str(), row.term.clone())).collect();
    moved::note(tx, moved::PRINTED, &printed).await
}

/// Waits for whoever prints something new of these schools, and makes others wait. Everybody takes their turns in one order.
/// Answers up to when nothing more is printed of each, in microseconds.
pub(crate) async fn take_turns(tx: &Tx, schools: &BTreeSet<String>) -> Result<BTreeMap<String, i64>> {
    let mut sealed = BTreeMap::new();
    let all: Vec<&String> = schools.iter().collect();
    let postgres = tx.db().get_database_backend() == DatabaseBackend::Postgres;
    for chunk in all.chunks(CHUNK) {
        let places = |open: &str, close: &str| {
            let each: Vec<String> = (1..=chunk.len()).map(|n| format!("{open}${n}{close}")).collect();
            each.join(", ")
        };
        let values = || chunk.iter().map(|school| Value::from(school.as_str())).collect::<Vec<_>>();
        let there =
            format!("INSERT INTO published_turn (school_id) VALUES {} ON CONFLICT DO NOTHING", places("(", ")"));
        run(tx, &there, values()).await?;
        let lock = if postgres { " FOR UPDATE" } else { "" };
        let turn = format!(
            "SELECT school_id, sealed_us FROM published_turn WHERE school_id IN ({}) ORDER BY school_id{lock}",
            places("", "")
        );
        for row in rows(tx, &turn, values()).await? {
            sealed.insert(row.try_get("", "school_id")?, row.try_get("", "sealed_us")?);
        }
    }
    Ok(sealed)
}

/// Up to a moment nothing more is printed of these schools, whose turns were taken.
pub(crate) async fn seal(tx: &Tx, schools: &BTreeSet<String>, at: i64) -> Result<()> {
    let all: Vec<&String> = schools.iter().collect();
    for chunk in all.chunks(CHUNK) {
        let places: Vec<String> = (2..=chunk.len() + 1).map(|n| format!("${n}")).collect();
        let mut values: Vec<Value> = vec![at.into()];
        values.extend(chunk.iter().map(|school| Value::from(school.as_str())));
        let sql = format!("UPDATE published_turn SET sealed_us = $1 WHERE school_id IN ({})", places.join(", "));
        run(tx, &sql, values).await?;
    }
    Ok(())
}
