//! The history: an RFC 6962 log whose rows are written in the transaction of the act, and whose checkpoints are C2SP
//! signed notes. `tree` has the mathematics, `verify` checks a log from outside, `looks`
//! finds what was done to one record.

pub mod checkpoint;
pub mod looks;
pub mod tree;
pub mod verify;

use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, Statement};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use crate::{caller::Scope, error::Result};

/// Entries written in one statement, so that an import's thousands stay below what an engine takes.
const AT_ONCE: usize = 100;

/// One act, before it has its place in the log. It holds codes and ids, never names or narrative.
#[derive(Debug, Clone)]
pub struct Act {
    action: &'static str,
    subject: String,
    school: Option<String>,
    detail: serde_json::Map<String, serde_json::Value>,
    state: Option<(&'static str, String)>,
}

impl Act {
    /// An act such as `case.closed` on the thing with this id.
    pub fn new(action: &'static str, subject: impl Into<String>) -> Self {
        Self { action, subject: subject.into(), school: None, detail: serde_json::Map::new(), state: None }
    }

    /// The school it concerns, where that is not the scope's own.
    #[must_use]
    pub fn school(mut self, school: impl ToString) -> Self {
        self.school = Some(school.to_string());
        self
    }

    /// At the school it was done within, where it says none itself.
    pub(crate) fn within(mut self, school: Option<String>) -> Self {
        self.school = self.school.or(school);
        self
    }

    /// One more code about it.
    #[must_use]
    pub fn detail(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.detail.insert(key.to_owned(), value.into());
        self
    }

    /// The state the act left in the `body` column of the subject's row in `table`: its digest goes into the log.
    #[must_use]
    pub fn state(mut self, table: &'static str, body: &[u8]) -> Self {
        self.state = Some((table, hex::encode(Sha256::digest(body))));
        self
    }

    /// Rows of `table` that the act destroyed: a check of the log looks for them no more, and says so if they are back.
    #[must_use]
    pub fn gone(mut self, table: &str, ids: &[String]) -> Self {
        let gone = self.detail.entry(GONE).or_insert_with(|| serde_json::json!({}));
        if let Some(gone) = gone.as_object_mut() {
            gone.insert(table.to_owned(), ids.into());
        }
        self
    }
}

/// What names the rows that an act destroyed, by table.
const GONE: &str = "gone";

/// The rows that an entry says were destroyed, each with its table.
fn gone(detail: &str) -> Vec<(String, String)> {
    let detail: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
    let tables = detail.get(GONE).and_then(serde_json::Value::as_object);
    let rows = tables.into_iter().flatten().flat_map(|(table, ids)| {
        let ids = ids.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str);
        ids.map(|id| (table.clone(), id.to_owned())).collect::<Vec<_>>()
    });
    rows.collect()
}

/// One entry of the log, in the order its hash is taken over.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Entry {
    /// Its place, from 0.
    pub seq: i64,
    /// When, in microseconds since 1970.
    pub time_us: i64,
    /// The school it concerns.
    pub school_id: Option<String>,
    /// The account, service or consumer that acted.
    pub actor: String,
    /// The request or event it belongs to.
    pub request_id: String,
    /// What was done, `case.closed`.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// Codes about it, a JSON object.
    pub detail: String,
    /// The table of the state it left.
    pub state_table: Option<String>,
    /// That state's SHA-256, in hexadecimal.
    pub state_digest: Option<String>,
    /// Random, so that nobody can guess an entry from its hash.
    pub salt: String,
}

impl Entry {
    /// The bytes the log commits to.
    pub fn leaf(&self) -> Vec<u8> {
        // A struct of strings and integers always serialises.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Writes the acts of one transaction at the end of the log, and nothing if it then rolls back.
pub(crate) async fn append(
    tx: &DatabaseTransaction,
    scope: &Scope,
    acts: Vec<Act>,
    now: OffsetDateTime,
    salt: impl Fn() -> String,
) -> Result<()> {
    let backend = tx.get_database_backend();
    // Reading the head is the lock: whoever holds it writes next, so places have no gaps. It is taken last of all, in
    // few statements, since every other writer waits for it. SQLite's transactions are the only writer as they begin.
    let head = match backend {
        DatabaseBackend::Postgres => "SELECT size, frontier FROM history_head WHERE id = 1 FOR UPDATE",
        _ => "SELECT size, frontier FROM history_head WHERE id = 1",
    };
    let head = tx
        .query_one_raw(Statement::from_string(backend, head))
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("history_head".into()))?;
    let mut tree = tree::Frontier::read(head.try_get("", "size")?, &head.try_get::<Vec<u8>>("", "frontier")?)?;
    let mut written = Vec::with_capacity(acts.len());
    let mut shown = Vec::new();
    for act in acts {
        let ids = looks::shown(&act.detail);
        let entry = Entry {
            seq: tree.size(),
            time_us: i64::try_from(now.unix_timestamp_nanos() / 1_000).unwrap_or_default(),
            school_id: act.school,
            actor: scope.actor(),
            request_id: scope.request_id().to_owned(),
            action: act.action.to_owned(),
            subject: act.subject,
            detail: serde_json::Value::Object(act.detail).to_string(),
            state_table: act.state.as_ref().map(|(table, _)| (*table).to_owned()),
            state_digest: act.state.map(|(_, digest)| digest),
            salt: salt(),
        };
        let hash = tree::leaf_hash(&entry.leaf());
        tree.push(hash);
        shown.extend(ids.into_iter().map(|id| (id, entry.seq, entry.school_id.clone())));
        written.push((entry, hash));
    }
    for some in written.chunks(AT_ONCE) {
        insert(tx, some).await?;
    }
    looks::index(tx, &shown).await?;
    let update = Statement::from_sql_and_values(
        backend,
        "UPDATE history_head SET size = $1, frontier = $2 WHERE id = 1",
        [tree.size().into(), tree.bytes().into()],
    );
    tx.execute_raw(update).await?;
    Ok(())
}

async fn insert(tx: &DatabaseTransaction, written: &[(Entry, tree::Hash)]) -> Result<()> {
    const COLUMNS: usize = 12;
    let row = |n: usize| {
        let places: Vec<String> = (1..=COLUMNS).map(|column| format!("${}", n * COLUMNS + column)).collect();
        format!("({})", places.join(", "))
    };
    let rows: Vec<String> = (0..written.len()).map(row).collect();
    let values = written.iter().flat_map(|(entry, hash)| -> [sea_orm::Value; COLUMNS] {
        [
            entry.seq.into(),
            entry.time_us.into(),
            entry.school_id.clone().into(),
            entry.actor.clone().into(),
            entry.request_id.clone().into(),
            entry.action.clone().into(),
            entry.subject.clone().into(),
            entry.detail.clone().into(),
            entry.state_table.clone().into(),
            entry.state_digest.clone().into(),
            entry.salt.clone().into(),
            hash.to_vec().into(),
        ]
    });
    let sql = format!(
        "INSERT INTO history (seq, time_us, school_id, actor, request_id, action, subject, detail, state_table, \
         state_digest, salt, leaf_hash) VALUES {}",
        rows.join(", ")
    );
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    Ok(())
}
