//! Compares every row that holds a state with the entry that left it, in both directions: a row that was changed, one
//! that was deleted, and one that no entry ever named.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Statement};
use sha2::{Digest as _, Sha256};

use super::{Fault, Report};

/// Rows read at a time.
const BATCH: i64 = 1000;

/// What the entries of a log say of the rows there are.
#[derive(Default)]
pub(super) struct States {
    /// By table and id, the latest entry and the digest it left.
    left: BTreeMap<String, BTreeMap<String, (i64, String)>>,
    /// What changed entries speak of: they were reported, and their word is nothing to go by.
    doubtful: BTreeSet<String>,
    /// What was destroyed, by table and id, and the entry that did it.
    destroyed: BTreeMap<(String, String), i64>,
}

impl States {
    /// A table that may hold nothing but what entries left in it.
    pub(super) fn table(&mut self, name: &str) {
        self.left.entry(name.to_owned()).or_default();
    }

    /// An entry left a thing in a state.
    pub(super) fn leave(&mut self, table: String, id: String, seq: i64, digest: String) {
        self.left.entry(table).or_default().insert(id, (seq, digest));
    }

    /// An entry destroyed a thing: its row is looked for no more.
    pub(super) fn destroy(&mut self, table: String, id: String, seq: i64) {
        self.left.entry(table.clone()).or_default().remove(&id);
        self.destroyed.insert((table, id), seq);
    }

    /// A changed entry speaks of a thing.
    pub(super) fn doubt(&mut self, id: String) {
        self.doubtful.insert(id);
    }

    /// Compares them with the rows.
    ///
    /// # Errors
    /// Where the database cannot be read at all.
    pub(super) async fn check(self, tx: &DatabaseTransaction, report: &mut Report) -> Result<(), DbErr> {
        let Self { left, doubtful, destroyed } = self;
        for (table, mut expected) in left {
            let named = !table.is_empty() && table.bytes().all(|c| c.is_ascii_lowercase() || c == b'_');
            if !named || !exists(tx, &table).await? {
                report.faults.push(Fault::Table { table, what: "there is no such table".into() });
                continue;
            }
            let mut after = String::new();
            loop {
                let rows = batch(tx, &table, &after).await?;
                for row in &rows {
                    let (id, digest) = read(row)?;
                    match expected.remove(&id) {
                        Some((_, left)) if left == digest => report.states += 1,
                        Some((seq, _)) => {
                            report.states += 1;
                            if !doubtful.contains(&id) {
                                let (table, subject) = (table.clone(), id.clone());
                                report.faults.push(Fault::State { seq, table, subject });
                            }
                        }
                        None if doubtful.contains(&id) => {}
                        None => {
                            let subject = (table.clone(), id.clone());
                            let destroyed = destroyed.get(&subject);
                            let (table, subject) = subject;
                            report.faults.push(match destroyed {
                                Some(seq) => Fault::Returned { seq: *seq, table, subject },
                                None => Fault::Unnamed { table, subject },
                            });
                        }
                    }
                    after = id;
                }
                if i64::try_from(rows.len()).unwrap_or_default() < BATCH {
                    break;
                }
            }
            for (subject, (seq, _)) in expected {
                report.faults.push(Fault::Gone { seq, table: table.clone(), subject });
            }
        }
        Ok(())
    }
}

/// Whether there is such a table: a failed query would spoil the transaction.
async fn exists(tx: &DatabaseTransaction, table: &str) -> Result<bool, DbErr> {
    let backend = tx.get_database_backend();
    let catalogue = match backend {
        sea_orm::DatabaseBackend::Postgres => "SELECT 1 FROM pg_catalog.pg_class WHERE oid = to_regclass($1)",
        _ => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1",
    };
    let statement = Statement::from_sql_and_values(backend, catalogue, [table.into()]);
    Ok(tx.query_one_raw(statement).await?.is_some())
}

async fn batch(tx: &DatabaseTransaction, table: &str, after: &str) -> Result<Vec<QueryResult>, DbErr> {
    let statement = Statement::from_sql_and_values(
        tx.get_database_backend(),
        format!("SELECT id, body FROM {table} WHERE id > $1 ORDER BY id LIMIT $2"),
        [after.into(), BATCH.into()],
    );
    tx.query_all_raw(statement).await
}

/// A row's id and the digest of its body; a body that is no bytes has none that an entry could have left.
fn read(row: &QueryResult) -> Result<(String, String), DbErr> {
    let body = row.try_get::<Vec<u8>>("", "body").ok();
    let digest = body.map(|body| hex::encode(Sha256::digest(body))).unwrap_or_default();
    Ok((row.try_get("", "id")?, digest))
}
