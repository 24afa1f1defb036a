//! Which migrations a database has had. A program runs on a database that has had all of its own, and more: a newer
//! program may have migrated it, and what that adds the older one does not see.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};
use sea_orm_migration::MigratorTrait;

use crate::error::{Error, Result};

/// The migrations a program is written for.
pub(super) fn of<M: MigratorTrait>() -> Vec<String> {
    M::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

/// Brings the tables up to date, and leaves a newer database as it is.
pub(super) async fn bring_up<M: MigratorTrait>(db: &DatabaseConnection) -> Result<()> {
    if check(db, &of::<M>()).await.is_err() {
        M::up(db, None).await?;
    }
    Ok(())
}

/// Whether a database has had these migrations.
///
/// # Errors
/// `Unavailable` where it has not, or cannot be read.
pub(super) async fn check(db: &DatabaseConnection, schema: &[String]) -> Result<()> {
    let had = Statement::from_string(db.get_database_backend(), "SELECT version FROM seaql_migrations");
    let had: BTreeSet<String> = match db.query_all_raw(had).await {
        Ok(rows) => rows.iter().map(|row| row.try_get("", "version")).collect::<Result<_, _>>()?,
        // A server that is away is no database without tables.
        Err(source) if db.ping().await.is_err() => {
            return Err(Error::unavailable("the database cannot be reached").because(source));
        }
        Err(source) => {
            return Err(Error::unavailable("the database has no tables yet: run `hedgerow migrate`").because(source));
        }
    };
    match schema.iter().find(|migration| !had.contains(*migration)) {
        None => Ok(()),
        Some(missing) => {
            let what = format!("the database is older than this program ({missing}): run `hedgerow migrate`");
            Err(Error::unavailable(what))
        }
    }
}
