//! The only code of the service that touches its database: the log of events, counts in generations, how schools stand.

pub(crate) mod cell;
pub(crate) mod closed;
mod entity;
pub(crate) mod feeds;
pub(crate) mod log;
pub(crate) mod migration;
pub(crate) mod moved;
pub(crate) mod published;
pub(crate) mod question;
pub(crate) mod rebuild;
pub(crate) mod report_version;
pub(crate) mod state;
pub(crate) mod waiting;

use chassis::{db::Tx, error::Result};
use sea_orm::{ConnectionTrait as _, QueryResult, Statement, Value};
use time::OffsetDateTime;

pub(crate) fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or_default()
}

/// A column's moment.
pub(crate) fn moment(us: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(us) * 1_000).ok()
}

fn statement(tx: &Tx, sql: &str, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(tx.db().get_database_backend(), sql, values)
}

async fn run(tx: &Tx, sql: &str, values: Vec<Value>) -> Result<()> {
    tx.db().execute_raw(statement(tx, sql, values)).await?;
    Ok(())
}

async fn rows(tx: &Tx, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>> {
    Ok(tx.db().query_all_raw(statement(tx, sql, values)).await?)
}

async fn row(tx: &Tx, sql: &str, values: Vec<Value>) -> Result<Option<QueryResult>> {
    Ok(tx.db().query_one_raw(statement(tx, sql, values)).await?)
}
