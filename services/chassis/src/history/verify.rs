//! Checks a log against its own hashes, its checkpoints and the states it left. A changed entry is named.

use std::collections::{BTreeMap, HashMap};

use ed25519_dalek::VerifyingKey;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Statement};
use sha2::{Digest as _, Sha256};

use super::{
    Entry,
    checkpoint::Checkpoint,
    tree::{Frontier, Hash, leaf_hash},
};
use crate::error::{Error, Result};

/// Entries read at a time.
const BATCH: i64 = 1000;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The log's name.
    pub origin: String,
    /// Entries read.
    pub entries: i64,
    /// Checkpoints that hold.
    pub checkpoints: usize,
    /// States of things compared with the entry that left them.
    pub states: usize,
    /// What does not hold.
    pub faults: Vec<Fault>,
}

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An entry is not what was written.
    #[error("entry {seq} is not what was written: {what}")]
    Entry {
        /// Its place in the log.
        seq: i64,
        /// What was noticed.
        what: String,
    },
    /// The thing an entry left is not what it left.
    #[error("entry {seq} left {table} {subject} in another state than it is in now")]
    State {
        /// The latest entry that wrote it.
        seq: i64,
        /// Its table.
        table: String,
        /// Its id.
        subject: String,
    },
    /// A checkpoint does not hold: some entry up to `size`, after the one before, was replaced.
    #[error("the checkpoint at {size} does not hold (entries {from} to {size}): {what}")]
    Checkpoint {
        /// The size of the last checkpoint that held.
        from: i64,
        /// The size it was taken at.
        size: i64,
        /// What was noticed.
        what: String,
    },
    /// The log's head does not fit its entries.
    #[error("the head of the log does not fit its entries")]
    Head,
}

/// Checks the whole log of one database, inside a transaction that may read all of it.
///
/// # Errors
/// Only where the database cannot be read at all; what does not hold is in the report.
pub async fn verify(tx: &DatabaseTransaction, origin: &str, key: &VerifyingKey) -> Result<Report> {
    let mut report = Report { origin: origin.to_owned(), entries: 0, checkpoints: 0, states: 0, faults: Vec::new() };
    let notes = checkpoints(tx).await?;
    let mut tree = Frontier::default();
    let mut states: BTreeMap<(String, String), (i64, String)> = BTreeMap::new();
    let mut held = 0;
    loop {
        let rows = batch(tx, tree.size()).await?;
        let last = i64::try_from(rows.len()).unwrap_or_default() < BATCH;
        for row in rows {
            let seq = tree.size();
            match read(&row) {
                Ok((entry, stored)) => {
                    let hash = leaf_hash(&entry.leaf());
                    if entry.seq != seq {
                        report.fault_at(seq, "it is missing, or its place was changed");
                    } else if hash != stored {
                        report.fault_at(seq, "its content does not match its hash");
                    }
                    // What a changed entry says of a state is nothing to go by.
                    if let (true, Some(table), Some(digest)) = (hash == stored, entry.state_table, entry.state_digest) {
                        states.insert((table, entry.subject), (seq, digest));
                    }
                    tree.push(hash);
                }
                Err(_) => {
                    report.fault_at(seq, "it cannot be read");
                    tree.push([0; 32]);
                }
            }
            if let Some(note) = notes.get(&tree.size()) {
                match Checkpoint::open(note, key) {
                    Some(c) if c.origin == origin && c.size == tree.size() && c.root == tree.root() => {
                        report.checkpoints += 1;
                        held = c.size;
                    }
                    Some(_) => report.checkpoint(held, tree.size(), "the entries do not lead to its root"),
                    None => report.checkpoint(held, tree.size(), "its signature or text was changed"),
                }
            }
        }
        if last {
            break;
        }
    }
    report.entries = tree.size();
    for size in notes.keys().filter(|size| **size > tree.size()) {
        report.checkpoint(held, *size, "the log is shorter than it was");
    }
    check_head(tx, &tree, &mut report).await?;
    check_states(tx, states, &mut report).await?;
    Ok(report)
}

impl Report {
    fn fault_at(&mut self, seq: i64, what: &str) {
        self.faults.push(Fault::Entry { seq, what: what.to_owned() });
    }

    fn checkpoint(&mut self, from: i64, size: i64, what: &str) {
        self.faults.push(Fault::Checkpoint { from, size, what: what.to_owned() });
    }
}

async fn batch(tx: &DatabaseTransaction, from: i64) -> Result<Vec<QueryResult>> {
    let statement = Statement::from_sql_and_values(
        tx.get_database_backend(),
        "SELECT * FROM history WHERE seq >= $1 ORDER BY seq LIMIT $2",
        [from.into(), BATCH.into()],
    );
    Ok(tx.query_all_raw(statement).await?)
}

fn read(row: &QueryResult) -> Result<(Entry, Hash), DbErr> {
    let entry = Entry {
        seq: row.try_get("", "seq")?,
        time_us: row.try_get("", "time_us")?,
        school_id: row.try_get("", "school_id")?,
        actor: row.try_get("", "actor")?,
        request_id: row.try_get("", "request_id")?,
        action: row.try_get("", "action")?,
        subject: row.try_get("", "subject")?,
        detail: row.try_get("", "detail")?,
        state_table: row.try_get("", "state_table")?,
        state_digest: row.try_get("", "state_digest")?,
        salt: row.try_get("", "salt")?,
    };
    let hash = row.try_get::<Vec<u8>>("", "leaf_hash")?;
    Ok((entry, hash.try_into().map_err(|_| DbErr::Type("leaf_hash".into()))?))
}

async fn checkpoints(tx: &DatabaseTransaction) -> Result<HashMap<i64, String>> {
    let statement = Statement::from_string(tx.get_database_backend(), "SELECT size, note FROM checkpoint");
    let rows = tx.query_all_raw(statement).await?;
    // A size that cannot be read is kept as one no log has, so that it is reported and not skipped.
    let size = |row: &QueryResult| row.try_get("", "size").unwrap_or(i64::MAX);
    Ok(rows.iter().map(|row| (size(row), row.try_get("", "note").unwrap_or_default())).collect())
}

async fn check_head(tx: &DatabaseTransaction, tree: &Frontier, report: &mut Report) -> Result<()> {
    let statement = Statement::from_string(tx.get_database_backend(), "SELECT size, frontier FROM history_head");
    let head = tx.query_one_raw(statement).await?;
    let head = head.and_then(|row| Some((row.try_get("", "size").ok()?, row.try_get("", "frontier").ok()?)));
    let fits = head.is_some_and(|(size, bytes): (i64, Vec<u8>)| size == tree.size() && bytes == tree.bytes());
    if !fits && report.faults.is_empty() {
        report.faults.push(Fault::Head);
    }
    Ok(())
}

/// Compares the `body` of every thing with the digest that the latest entry about it left.
async fn check_states(
    tx: &DatabaseTransaction,
    states: BTreeMap<(String, String), (i64, String)>,
    report: &mut Report,
) -> Result<()> {
    for ((table, subject), (seq, digest)) in states {
        let named = !table.is_empty() && table.bytes().all(|c| c.is_ascii_lowercase() || c == b'_');
        if !named {
            report.fault_at(seq, "it names a table there cannot be");
            continue;
        }
        let statement = Statement::from_sql_and_values(
            tx.get_database_backend(),
            format!("SELECT body FROM {table} WHERE id = $1"),
            [subject.clone().into()],
        );
        let row = tx.query_one_raw(statement).await.map_err(Error::from)?;
        let body = row.and_then(|row| row.try_get::<Vec<u8>>("", "body").ok());
        report.states += 1;
        if body.is_none_or(|body| hex::encode(Sha256::digest(body)) != digest) {
            report.faults.push(Fault::State { seq, table, subject });
        }
    }
    Ok(())
}
