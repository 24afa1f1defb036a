//! Checks a log against its own hashes, its checkpoints and the states it left. A changed entry is named. Nothing here
//! is what wrote the log: it is read anew, row by row, and every hash is computed again.

mod finding;
mod state;

use std::collections::{BTreeMap, HashMap};

use ed25519_dalek::VerifyingKey;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Statement};
use time::{Duration, OffsetDateTime};

use super::{
    Entry,
    checkpoint::Checkpoint,
    gone,
    tree::{Frontier, Hash, leaf_hash},
};
use crate::error::Result;
pub use finding::{Fault, Report};
use state::States;

/// Entries read at a time.
const BATCH: i64 = 1000;
/// How long an entry may go without a checkpoint: a process that runs signs within seconds.
const UNSIGNED: Duration = Duration::minutes(1);

/// What a log is checked against.
pub struct Against<'a> {
    /// Its name.
    pub origin: &'a str,
    /// The key its checkpoints are signed with.
    pub key: &'a VerifyingKey,
    /// The tables that may hold nothing but what its entries left there.
    pub tables: &'a [&'a str],
    /// Signed notes kept outside the database: the log must still lead to them.
    pub kept: &'a [String],
    /// The present moment.
    pub now: OffsetDateTime,
}

/// Checks the whole log of one database, inside a transaction that may read all of it.
///
/// # Errors
/// Only where the database cannot be read at all; what does not hold is in the report.
pub async fn verify(tx: &DatabaseTransaction, against: &Against<'_>) -> Result<Report> {
    let mut report = Report::new(against.origin);
    let notes = notes(tx, against, &mut report).await?;
    let mut tree = Frontier::default();
    let mut states = States::default();
    against.tables.iter().for_each(|table| states.table(table));
    let mut held = 0;
    // When the first entry after the last checkpoint that holds was written.
    let mut unsigned: Option<i64> = None;
    loop {
        let rows = batch(tx, tree.size()).await?;
        let last = i64::try_from(rows.len()).unwrap_or_default() < BATCH;
        for row in rows {
            let seq = tree.size();
            match read(&row) {
                Ok((entry, stored)) => {
                    let hash = leaf_hash(&entry.leaf());
                    unsigned = unsigned.or(Some(entry.time_us));
                    if entry.seq != seq {
                        report.entry(seq, "it is missing, or its place was changed");
                    } else if hash != stored {
                        report.entry(seq, "its content does not match its hash");
                    }
                    if hash == stored {
                        let rows = gone(&entry.detail);
                        rows.into_iter().for_each(|(table, id)| states.destroy(table, id, seq));
                    }
                    match (entry.state_table, entry.state_digest) {
                        (Some(table), Some(digest)) if hash == stored => {
                            states.leave(table, entry.subject, seq, digest);
                        }
                        // What a changed entry says of a state is nothing to go by.
                        _ if hash != stored => states.doubt(entry.subject),
                        _ => {}
                    }
                    tree.push(hash);
                }
                Err(_) => {
                    report.entry(seq, "it cannot be read");
                    tree.push([0; 32]);
                }
            }
            for note in notes.get(&tree.size()).into_iter().flatten() {
                match Checkpoint::open(note, against.key) {
                    Some(c) if c.origin == against.origin && c.size == tree.size() && c.root == tree.root() => {
                        report.checkpoints += 1;
                        (held, unsigned) = (c.size, None);
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
    let age = unsigned.map(|first| micros(against.now) - first).unwrap_or_default();
    if Duration::microseconds(age) > UNSIGNED {
        report.faults.push(Fault::Unsigned { from: held, to: tree.size() - 1, minutes: age / 60_000_000 });
    }
    check_head(tx, &tree, &mut report).await?;
    states.check(tx, &mut report).await?;
    Ok(report)
}

fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or_default()
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

/// The signed notes by size: those in the database, and those of this log that were kept elsewhere.
async fn notes(
    tx: &DatabaseTransaction,
    against: &Against<'_>,
    report: &mut Report,
) -> Result<BTreeMap<i64, Vec<String>>> {
    let statement = Statement::from_string(tx.get_database_backend(), "SELECT size, note FROM checkpoint");
    let rows = tx.query_all_raw(statement).await?;
    // A size that cannot be read is kept as one no log has, so that it is reported and not skipped.
    let size = |row: &QueryResult| row.try_get("", "size").unwrap_or(i64::MAX);
    let stored: HashMap<i64, String> =
        rows.iter().map(|row| (size(row), row.try_get("", "note").unwrap_or_default())).collect();
    let mut notes: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for kept in against.kept.iter().filter(|note| note.lines().next() == Some(against.origin)) {
        match Checkpoint::open(kept, against.key) {
            // The same note twice is one checkpoint.
            Some(c) if stored.get(&c.size) == Some(kept) => {}
            // An empty log leads nowhere, and says nothing.
            Some(c) if c.size == 0 => {}
            Some(c) => notes.entry(c.size).or_default().push(kept.clone()),
            None => report.checkpoint(0, 0, "a kept checkpoint is not signed with this process's key"),
        }
    }
    for (size, note) in stored {
        notes.entry(size).or_default().push(note);
    }
    Ok(notes)
}

async fn check_head(tx: &DatabaseTransaction, tree: &Frontier, report: &mut Report) -> Result<()> {
    let statement = Statement::from_string(tx.get_database_backend(), "SELECT size, frontier FROM history_head");
    let head = tx.query_one_raw(statement).await?;
    let head: Option<(i64, Vec<u8>)> =
        head.and_then(|row| Some((row.try_get("", "size").ok()?, row.try_get("", "frontier").ok()?)));
    match head {
        Some((size, _)) if size > tree.size() => {
            report.faults.push(Fault::Truncated { from: tree.size(), to: size - 1 });
        }
        Some((size, bytes)) if size == tree.size() && bytes == tree.bytes() => {}
        _ if report.faults.is_empty() => report.faults.push(Fault::Head),
        _ => {}
    }
    Ok(())
}
