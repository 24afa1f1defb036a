//! Destroys a record: its keys first of all, and every row that belongs to it. What is left in backups of the rows is
//! sealed under keys that this database has no more.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{db::Tx, error::Result};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, QueryResult, Statement, Value};
use sha2::{Digest as _, Sha256};

use super::Record;
use crate::store::{adults, case::shared_of, shared};

/// Ids that one statement names.
const AT_ONCE: usize = 1_000;

/// Tables whose rows have a sealed body and an act in the history, by the column that says which record they belong to.
/// Whoever adds a table to which records or parts of them go adds it here.
const SEALED: [(&str, &str); 10] = [
    ("case_file", "id"),
    ("concern", "id"),
    ("case_register", "case_id"),
    ("attachment", "record_id"),
    ("case_print", "case_id"),
    ("break_glass", "case_id"),
    ("access_decision", "record_id"),
    ("case_mark", "case_id"),
    ("contact", "case_id"),
    ("contact_match", "case_id"),
];

/// Tables beside them, by which records are found, listed and reached.
const BESIDE: [(&str, &str); 10] = [
    ("alert_wanted", "case_id"),
    ("case_due", "case_id"),
    ("case_step_end", "case_id"),
    ("case_grant", "case_id"),
    ("record_token", "record_id"),
    ("learner_record", "record_id"),
    ("public_receipt", "concern_id"),
    ("retention", "record_id"),
    ("transfer_rest", "case_id"),
    ("access_rest", "case_id"),
];

/// What was destroyed.
#[derive(Debug, Default)]
pub(crate) struct Destroyed {
    /// How many rows of each table.
    pub(crate) counts: BTreeMap<&'static str, u64>,
    /// The ids of rows that the history knows, by table.
    pub(crate) gone: BTreeMap<&'static str, Vec<String>>,
    /// The digests of what was sealed, in their own order.
    pub(crate) digests: BTreeSet<String>,
}

impl Destroyed {
    fn count(&mut self, table: &'static str, rows: u64) {
        *self.counts.entry(table).or_default() += rows;
    }
}

/// A statement about some ids, which come after the values that are the same for all.
struct About<'a> {
    tx: &'a Tx,
    before: Vec<Value>,
    ids: &'a [String],
}

impl<'a> About<'a> {
    /// About rows of a school.
    fn at(tx: &'a Tx, school: &str, ids: &'a [String]) -> Self {
        Self { tx, before: vec![school.into()], ids }
    }

    fn statement(&self, sql: &str, ids: &[String], lock: &str) -> Statement {
        let from = self.before.len();
        let places: Vec<String> = (1..=ids.len()).map(|n| format!("${}", from + n)).collect();
        let values = self.before.iter().cloned().chain(ids.iter().map(|id| Value::from(id.clone())));
        let sql = format!("{sql} IN ({}){lock}", places.join(", "));
        Statement::from_sql_and_values(self.tx.db().get_database_backend(), sql, values)
    }

    /// Rows, which the transaction holds from then on.
    async fn rows(&self, sql: &str) -> Result<Vec<QueryResult>> {
        // SQLite's transactions are the only writer as they begin.
        let postgres = self.tx.db().get_database_backend() == DatabaseBackend::Postgres;
        let lock = if postgres { " FOR UPDATE" } else { "" };
        let mut rows = Vec::new();
        for some in self.ids.chunks(AT_ONCE) {
            rows.extend(self.tx.db().query_all_raw(self.statement(sql, some, lock)).await?);
        }
        Ok(rows)
    }

    async fn delete(&self, sql: &str) -> Result<u64> {
        let mut rows = 0;
        for some in self.ids.chunks(AT_ONCE) {
            rows += self.tx.db().execute_raw(self.statement(sql, some, "")).await?.rows_affected();
        }
        Ok(rows)
    }
}

/// Destroys a record whose row the transaction holds.
///
/// # Errors
/// Where the database cannot be reached; nothing is destroyed then.
pub(crate) async fn destroy(tx: &Tx, record: &Record) -> Result<Destroyed> {
    let school = tx.scope().school()?.to_string();
    let mut done = Destroyed::default();
    let mut records = vec![record.id().to_owned()];
    if let Record::Case(_) = record {
        // Concerns of the case go with it; whoever adds to one just now is waited for.
        let concerns = "SELECT id FROM concern WHERE school_id = $1 AND case_id";
        for row in About::at(tx, &school, &records.clone()).rows(concerns).await? {
            records.push(row.try_get("", "id")?);
        }
    }
    let mut keyed = records.clone();
    for (table, column) in SEALED {
        // The engine's own files: a photo has one beside what is known of it.
        let file = if table == "attachment" { ", content" } else { "" };
        let sql = format!("SELECT id, body{file} FROM {table} WHERE school_id = $1 AND {column}");
        for row in About::at(tx, &school, &records).rows(&sql).await? {
            let id: String = row.try_get("", "id")?;
            done.digests.insert(digest(&row.try_get::<Vec<u8>>("", "body")?));
            if let Some(content) =
                (!file.is_empty()).then(|| row.try_get::<Option<Vec<u8>>>("", "content")).transpose()?
            {
                done.digests.extend(content.as_deref().map(digest));
            }
            if !keyed.contains(&id) {
                keyed.push(id.clone());
            }
            done.gone.entry(table).or_default().push(id);
        }
        let rows = About::at(tx, &school, &records)
            .delete(&format!("DELETE FROM {table} WHERE school_id = $1 AND {column}"))
            .await?;
        done.count(table, rows);
    }
    for (table, column) in BESIDE {
        let rows = About::at(tx, &school, &records)
            .delete(&format!("DELETE FROM {table} WHERE school_id = $1 AND {column}"))
            .await?;
        done.count(table, rows);
    }
    if let Record::Case(case) = record {
        // The school has gone out of a shared incident before; it loses the keys it had. Others keep what they share.
        for id in shared_of(tx, case).await? {
            keyed.extend(shared::key_ids(tx, &id).await?);
        }
        // A desk keeps what it was sent; the school loses its key to that.
        let sent = case.referrals.iter().filter(|referral| referral.portal.is_some());
        keyed.extend(sent.map(|referral| referral.id.to_string()));
    }
    let before = vec![school.clone().into(), adults(&school).into()];
    let keys = About { tx, before, ids: &keyed };
    let rows = keys.delete("DELETE FROM record_key WHERE member IN ($1, $2) AND record_id").await?;
    done.count("record_key", rows);
    done.count("once", tx.forget_answers(&keyed).await?);
    Ok(done)
}

fn digest(sealed: &[u8]) -> String {
    hex::encode(Sha256::digest(sealed))
}

#[cfg(test)]
pub(crate) fn tables() -> impl Iterator<Item = (&'static str, &'static str)> {
    SEALED.into_iter().chain(BESIDE)
}
