//! Register entries in the database, sealed, always within the scope's school. They are added and never changed.

use chassis::{
    db::Tx,
    error::{Error, Result},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Select, SqlErr,
};
use time::{Duration, OffsetDateTime};

use super::{
    entity::{register_entry as kept, register_preview as preview},
    micros,
};
use crate::register::{Entry, EntryId};

/// How long a previewed file is kept.
const PREVIEWED: Duration = Duration::DAY;
/// How many rows are written at once.
const AT_ONCE: usize = 200;

fn place(id: &str) -> String {
    format!("register|{id}")
}

fn here(tx: &Tx) -> Result<Select<kept::Entity>> {
    Ok(kept::Entity::find().filter(kept::Column::SchoolId.eq(tx.scope().school()?.as_str())))
}

/// Writes entries; answers what the body of each holds.
pub(crate) async fn insert(tx: &Tx, entries: &[Entry]) -> Result<Vec<Vec<u8>>> {
    let mut bodies = Vec::new();
    for chunk in entries.chunks(AT_ONCE) {
        let mut rows = Vec::new();
        for entry in chunk {
            let body = tx.ring().own_key().seal(&serde_json::to_vec(entry)?, &place(entry.id.as_str()));
            rows.push(kept::ActiveModel {
                id: Set(entry.id.to_string()),
                school_id: Set(entry.school.to_string()),
                register: Set(entry.register.clone()),
                supersedes: Set(entry.change.as_ref().map(|change| change.supersedes.to_string())),
                added_us: Set(micros(entry.added_at)),
                body: Set(body.clone()),
            });
            bodies.push(body);
        }
        kept::Entity::insert_many(rows).exec_without_returning(tx.db()).await.map_err(|error| {
            match error.sql_err() {
                Some(SqlErr::UniqueConstraintViolation(_)) => Error::changed(),
                _ => error.into(),
            }
        })?;
    }
    Ok(bodies)
}

/// Every entry of one register, or of all, the oldest first.
pub(crate) async fn all(tx: &Tx, register: Option<&str>) -> Result<Vec<Entry>> {
    let mut query = here(tx)?.order_by_asc(kept::Column::Id);
    if let Some(register) = register {
        query = query.filter(kept::Column::Register.eq(register));
    }
    let read = |row: &kept::Model| -> Result<Entry> {
        Ok(serde_json::from_slice(&tx.ring().own_key().open(&row.body, &place(&row.id))?)?)
    };
    query.all(tx.db()).await?.iter().map(read).collect()
}

/// True where the school's register holds that entry.
pub(crate) async fn find(tx: &Tx, register: &str, id: &EntryId) -> Result<bool> {
    let query = here(tx)?.filter(kept::Column::Register.eq(register)).filter(kept::Column::Id.eq(id.as_str()));
    Ok(query.one(tx.db()).await?.is_some())
}

/// Keeps a previewed file for a day, and drops the school's older ones.
pub(crate) async fn keep_preview(tx: &Tx, id: &str, content: &[u8]) -> Result<()> {
    let school = tx.scope().school()?.to_string();
    let old = preview::Column::AddedUs.lt(micros(tx.now() - PREVIEWED));
    let mine = preview::Column::SchoolId.eq(school.as_str());
    preview::Entity::delete_many().filter(mine.clone()).filter(old).exec(tx.db()).await?;
    drop_preview(tx, id).await?;
    let row = preview::ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(school),
        added_us: Set(micros(tx.now())),
        body: Set(tx.ring().own_key().seal(content, &place(id))),
    };
    preview::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// A file that was previewed within the last day.
pub(crate) async fn preview(tx: &Tx, id: &str) -> Result<Option<Vec<u8>>> {
    let query = preview::Entity::find()
        .filter(preview::Column::SchoolId.eq(tx.scope().school()?.as_str()))
        .filter(preview::Column::Id.eq(id))
        .filter(preview::Column::AddedUs.gte(micros(fresh(tx.now()))));
    match query.one(tx.db()).await? {
        Some(row) => tx.ring().own_key().open(&row.body, &place(id)).map(Some),
        None => Ok(None),
    }
}

fn fresh(now: OffsetDateTime) -> OffsetDateTime {
    now - PREVIEWED
}

/// Drops a previewed file.
pub(crate) async fn drop_preview(tx: &Tx, id: &str) -> Result<()> {
    let mine = preview::Column::SchoolId.eq(tx.scope().school()?.as_str());
    preview::Entity::delete_many().filter(mine).filter(preview::Column::Id.eq(id)).exec(tx.db()).await?;
    Ok(())
}
