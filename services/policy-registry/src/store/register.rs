//! Versions of the agency register in the database.

use chassis::{db::Tx, error::Result};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    entity::agency_register::{ActiveModel, Column, Entity, Model},
    micros, narrow, raced, wide,
};
use crate::agency::Register;

chassis::id!(/** One version of the agency register. */ pub(crate) struct RegisterId = "agr");

/// A published version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Published {
    pub id: RegisterId,
    pub version: u32,
    #[serde(with = "time::serde::rfc3339")]
    pub published_at: OffsetDateTime,
    pub register: Register,
}

/// Writes the next version; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, register: Register) -> Result<(Published, Vec<u8>)> {
    let last = Entity::find().order_by_desc(Column::Version).one(tx.db()).await?;
    let published = Published {
        id: tx.ids().next(),
        version: last.map_or(0, |row| narrow(row.version)) + 1,
        published_at: tx.now(),
        register,
    };
    let body = serde_json::to_vec(&published)?;
    let row = ActiveModel {
        id: Set(published.id.to_string()),
        version: Set(wide(published.version)),
        published_us: Set(micros(published.published_at)),
        body: Set(body.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await.map_err(raced)?;
    Ok((published, body))
}

/// The version that stands at a moment; the first ever where the moment lies before it.
pub(crate) async fn at(tx: &Tx, at: OffsetDateTime) -> Result<Option<Published>> {
    let then = Entity::find().filter(Column::PublishedUs.lte(micros(at))).order_by_desc(Column::Version).one(tx.db());
    match then.await? {
        Some(row) => read(&row).map(Some),
        None => {
            let first = Entity::find().order_by_asc(Column::Version).one(tx.db()).await?;
            first.as_ref().map(read).transpose()
        }
    }
}

/// The moments from which another version stands.
pub(crate) async fn turns(tx: &Tx) -> Result<Vec<i64>> {
    Ok(Entity::find().select_only().column(Column::PublishedUs).into_tuple().all(tx.db()).await?)
}

fn read(row: &Model) -> Result<Published> {
    Ok(serde_json::from_slice(&row.body)?)
}
