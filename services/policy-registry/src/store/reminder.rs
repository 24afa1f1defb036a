//! What the authority reminded schools of, sealed.

use chassis::{db::Tx, error::Result};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use time::OffsetDateTime;

use super::{
    entity::life_cycle::reminder::{ActiveModel, Column, Entity},
    micros, sealed,
};
use crate::reminder::Sent;

const TABLE: &str = "reminder";

/// Writes a new reminder at its school; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, sent: &Sent) -> Result<Vec<u8>> {
    let body = sealed::seal(tx, TABLE, sent.id.as_str(), sent)?;
    let row = ActiveModel {
        id: Set(sent.id.to_string()),
        school_id: Set(sent.school.to_string()),
        sent_us: Set(micros(sent.sent_at)),
        body: Set(body.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// What the scope's school was reminded of since a moment, the latest first.
pub(crate) async fn since(tx: &Tx, at: OffsetDateTime) -> Result<Vec<Sent>> {
    let here = Column::SchoolId.eq(tx.scope().school()?.as_str());
    let query = Entity::find().filter(here).filter(Column::SentUs.gte(micros(at))).order_by_desc(Column::SentUs);
    let rows = query.all(tx.db()).await?;
    rows.iter().map(|row| sealed::open(tx, TABLE, &row.id, &row.body)).collect()
}
