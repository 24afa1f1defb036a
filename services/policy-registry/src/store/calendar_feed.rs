//! The secret addresses of schools' calendars in the database: their hashes, and nothing a secret follows from.

use chassis::{
    caller::Scope,
    db::Tx,
    error::{Error, Result},
    id::SchoolId,
    seal::KeyRing,
};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, SqlErr, sea_query::Expr};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::{
    entity::life_cycle::calendar_feed::{ActiveModel, Column, Entity},
    micros, moment,
};
use crate::calendar_feed::CalendarFeedId;

/// The secret a request makes at the scope's school: it follows from the installation's key, so that the same request
/// is answered with the same one although it is kept nowhere.
pub(crate) fn secret(ring: &KeyRing, scope: &Scope, request_id: &str) -> Result<String> {
    let what = format!("calendar_feed|{}|{request_id}", scope.actor());
    Ok(hex::encode(ring.token(scope.school()?.as_str(), &what)))
}

fn digest(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}

/// Lets a secret open the school's calendar.
pub(crate) async fn insert(tx: &Tx, id: &CalendarFeedId, secret: &str) -> Result<()> {
    let row = ActiveModel {
        id: Set(id.to_string()),
        school_id: Set(tx.scope().school()?.to_string()),
        digest: Set(digest(secret)),
        created_us: Set(micros(tx.now())),
        ended_us: Set(None),
    };
    match Entity::insert(row).exec_without_returning(tx.db()).await {
        Ok(_) => Ok(()),
        Err(e) if matches!(e.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Err(Error::changed()),
        Err(e) => Err(e.into()),
    }
}

/// Lets the school's present secret open nothing any more; answers whether there was one.
pub(crate) async fn end(tx: &Tx) -> Result<bool> {
    let ended = Entity::update_many()
        .col_expr(Column::EndedUs, Expr::value(Some(micros(tx.now()))))
        .filter(Column::SchoolId.eq(tx.scope().school()?.as_str()))
        .filter(Column::EndedUs.is_null())
        .exec(tx.db())
        .await?;
    Ok(ended.rows_affected > 0)
}

/// When the school's present secret was made; none where nothing opens its calendar.
pub(crate) async fn since(tx: &Tx) -> Result<Option<OffsetDateTime>> {
    let query =
        Entity::find().filter(Column::SchoolId.eq(tx.scope().school()?.as_str())).filter(Column::EndedUs.is_null());
    let row = query.one(tx.db()).await?;
    row.map(|row| moment(row.created_us)).transpose()
}

/// The school whose calendar a secret opens.
pub(crate) async fn school_of(tx: &Tx, secret: &str) -> Result<SchoolId> {
    let query = Entity::find().filter(Column::Digest.eq(digest(secret))).filter(Column::EndedUs.is_null());
    let row = query.one(tx.db()).await?.ok_or_else(Error::missing)?;
    row.school_id.parse().map_err(|_| Error::missing())
}
