//! Template versions in the database. A version is never changed or taken away: instances are made from it for good.

use chassis::{
    db::Tx,
    error::{Error, Result},
};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    entity::template::{ActiveModel, Column, Entity, Model},
    micros, narrow, raced, wide,
};
use crate::template::Template;

chassis::id!(/** One version of the template. */ pub(crate) struct TemplateId = "tpl");

/// A published version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Published {
    pub id: TemplateId,
    pub version: u32,
    #[serde(with = "time::serde::rfc3339")]
    pub published_at: OffsetDateTime,
    pub template: Template,
}

/// Writes the next version; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, template: Template) -> Result<(Published, Vec<u8>)> {
    let last = Entity::find().order_by_desc(Column::Version).one(tx.db()).await?;
    let published = Published {
        id: tx.ids().next(),
        version: last.map_or(0, |row| narrow(row.version)) + 1,
        published_at: tx.now(),
        template,
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

/// The current version.
pub(crate) async fn current(tx: &Tx) -> Result<Published> {
    let row = Entity::find().order_by_desc(Column::Version).one(tx.db()).await?;
    read(row)
}

/// The number of the current version.
pub(crate) async fn current_version(tx: &Tx) -> Result<u32> {
    let query = Entity::find().select_only().column_as(Column::Version.max(), "last").into_tuple();
    let last: Option<Option<i64>> = query.one(tx.db()).await?;
    last.flatten().map(narrow).ok_or_else(Error::missing)
}

/// One version.
pub(crate) async fn version(tx: &Tx, version: u32) -> Result<Published> {
    read(Entity::find().filter(Column::Version.eq(wide(version))).one(tx.db()).await?)
}

fn read(row: Option<Model>) -> Result<Published> {
    Ok(serde_json::from_slice(&row.ok_or_else(Error::missing)?.body)?)
}
