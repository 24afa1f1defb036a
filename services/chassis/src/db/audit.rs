//! A history read by somebody who did not write it.

use sea_orm::{ConnectionTrait as _, Statement};

use super::{begin, connect};
use crate::{
    caller::Scope,
    config,
    error::Result,
    history::verify::{Against, Report, verify},
};

/// Checks the history of a database, whether or not somebody serves it.
///
/// # Errors
/// `Unavailable` where it cannot be reached; what does not hold is in the report.
pub async fn audit(database: &config::Database, against: &Against<'_>) -> Result<Report> {
    let db = connect(database.migrate_url.as_ref().unwrap_or(&database.url), 1).await?;
    let tx = begin(&db, &Scope::system("audit")).await?;
    let report = verify(&tx, against).await?;
    tx.rollback().await?;
    // SQLite puts into the file what a crash left beside it, once the last connection is closed.
    db.close().await?;
    Ok(report)
}

/// The newest checkpoint of a database, to be kept elsewhere; none where its history is empty.
///
/// # Errors
/// `Unavailable` where it cannot be reached.
pub async fn newest_checkpoint(database: &config::Database) -> Result<Option<String>> {
    let db = connect(database.migrate_url.as_ref().unwrap_or(&database.url), 1).await?;
    let newest = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), newest)).await?;
    let note = row.map(|row| row.try_get("", "note")).transpose()?;
    db.close().await?;
    Ok(note)
}
