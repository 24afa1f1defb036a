//! How often the counts of a fact in a term moved, and what was printed of them. It is noted in the transaction that moves them:
//! whoever keeps an answer, and finds these numbers as they were before the answer was counted, has one that still stands.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{db::Tx, error::Result};
use sea_orm::Value;

use super::{cell::CHUNK, rows, run};

/// Something was counted, or taken back.
pub(crate) const COUNTED: &str = "counted";
/// Something was printed.
pub(crate) const PRINTED: &str = "printed";

/// Notes that these facts moved, each in its term.
pub(crate) async fn note(tx: &Tx, what: &'static str, moved: &BTreeSet<(&str, String)>) -> Result<()> {
    // In one order, so that two who note at once wait for each other in turn.
    let all: Vec<&(&str, String)> = moved.iter().collect();
    for chunk in all.chunks(CHUNK) {
        let mut values: Vec<Value> = Vec::with_capacity(2 * chunk.len());
        let mut places = Vec::with_capacity(chunk.len());
        for (fact, term) in chunk.iter().copied() {
            values.extend([Value::from(*fact), Value::from(term.as_str())]);
            places.push(format!("('{what}', ${}, ${}, 1)", values.len() - 1, values.len()));
        }
        let sql = format!(
            "INSERT INTO figure_moved (what, fact, term_id, times) VALUES {} \
             ON CONFLICT (what, fact, term_id) DO UPDATE SET times = figure_moved.times + 1",
            places.join(", ")
        );
        run(tx, &sql, values).await?;
    }
    Ok(())
}

/// How often figures moved until now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Moved {
    /// The generation of figures that is answered.
    pub(crate) generation: i64,
    /// By what moved, fact and term.
    times: BTreeMap<(String, String, String), i64>,
}

impl Moved {
    /// How often something of a fact moved in a term.
    pub(crate) fn in_term(&self, what: &str, fact: &str, term: &str) -> i64 {
        self.times.get(&(what.to_owned(), fact.to_owned(), term.to_owned())).copied().unwrap_or_default()
    }

    /// How often something of a fact moved in any term.
    pub(crate) fn ever(&self, what: &str, fact: &str) -> i64 {
        let of = |((noted, of, _), times): (&(String, String, String), &i64)| {
            if noted == what && of == fact { *times } else { 0 }
        };
        self.times.iter().map(of).sum()
    }
}

/// How often these facts moved in these terms, and those that stand in any.
pub(crate) async fn read(
    tx: &Tx,
    terms: &BTreeSet<String>,
    facts: &BTreeSet<&'static str>,
    standing: &BTreeSet<&'static str>,
) -> Result<Moved> {
    // Facts and terms are codes of this program.
    let quoted = |codes: Vec<&str>| codes.iter().map(|code| format!("'{code}'")).collect::<Vec<_>>().join(", ");
    let (of_term, of_any) = (quoted(facts.iter().copied().collect()), quoted(standing.iter().copied().collect()));
    let (of_term, of_any) = (or_none(of_term), or_none(of_any));
    let terms = or_none(quoted(terms.iter().map(String::as_str).collect()));
    let sql = format!(
        "SELECT p.generation AS generation, m.what AS what, m.fact AS fact, m.term_id AS term_id, m.times AS times \
         FROM progress p LEFT JOIN figure_moved m \
         ON (m.fact IN ({of_term}) AND m.term_id IN ({terms})) OR m.fact IN ({of_any}) WHERE p.id = 1"
    );
    let mut moved = Moved::default();
    for row in rows(tx, &sql, Vec::new()).await? {
        moved.generation = row.try_get("", "generation")?;
        let what: Option<String> = row.try_get("", "what")?;
        let fact: Option<String> = row.try_get("", "fact")?;
        let term: Option<String> = row.try_get("", "term_id")?;
        let times: Option<i64> = row.try_get("", "times")?;
        if let (Some(what), Some(fact), Some(term), Some(times)) = (what, fact, term, times) {
            moved.times.insert((what, fact, term), times);
        }
    }
    Ok(moved)
}

/// A list that is not empty: no fact and no term is called nothing.
fn or_none(list: String) -> String {
    if list.is_empty() { "''".to_owned() } else { list }
}
