//! Template versions in the database. A version is never changed or taken away: instances are made from it for good.

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, SqlErr,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    entity::{
        template::{ActiveModel, Column, Entity, Model},
        template_source,
    },
    micros, narrow, wide,
};
use crate::template::{SourceFile, Template};

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

/// A file as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    name: String,
    text: String,
}

/// Writes the next version and the files it was read from; answers what its body holds. The version it was `based_on`,
/// where one is named, is judged by the same read that numbers it: who publishes in between is met by the unique number.
pub(crate) async fn insert(
    tx: &Tx,
    template: Template,
    files: &[SourceFile],
    based_on: Option<u32>,
) -> Result<(Published, Vec<u8>)> {
    let last = last_version(tx).await?;
    if based_on.is_some_and(|based_on| Some(based_on) != last) {
        return Err(overtaken());
    }
    if let Some(last) = last
        && version(tx, last).await?.template == template
    {
        return Err(Error::exists(
            "files",
            format!("Version {last} says the same already: there is nothing new to publish"),
        ));
    }
    let published = Published { id: tx.ids().next(), version: last.unwrap_or(0) + 1, published_at: tx.now(), template };
    let body = serde_json::to_vec(&published)?;
    let row = ActiveModel {
        id: Set(published.id.to_string()),
        version: Set(wide(published.version)),
        published_us: Set(micros(published.published_at)),
        body: Set(body.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => overtaken(),
        _ => error.into(),
    })?;
    let kept = files
        .iter()
        .map(|file| Kept { name: file.name.clone(), text: String::from_utf8_lossy(&file.content).into_owned() });
    let source = template_source::ActiveModel {
        id: Set(published.id.to_string()),
        body: Set(serde_json::to_vec(&kept.collect::<Vec<_>>())?),
    };
    template_source::Entity::insert(source).exec_without_returning(tx.db()).await?;
    Ok((published, body))
}

/// Two people published at once, and this is the one who came second.
fn overtaken() -> Error {
    let fix =
        "Another version of the template was published meanwhile: look at what it changed, then check your files again";
    Error::changed().and("based_on_version", fix)
}

/// The files a version was published from; none where it is older than their keeping.
pub(crate) async fn files(tx: &Tx, id: &TemplateId) -> Result<Vec<SourceFile>> {
    let Some(row) = template_source::Entity::find_by_id(id.to_string()).one(tx.db()).await? else {
        return Ok(Vec::new());
    };
    let kept: Vec<Kept> = serde_json::from_slice(&row.body)?;
    Ok(kept.into_iter().map(|file| SourceFile { name: file.name, content: file.text.into_bytes() }).collect())
}

/// A page of versions, the newest first.
pub(crate) async fn list(tx: &Tx, page: &Page) -> Result<Vec<Published>> {
    let mut query = Entity::find().order_by_desc(Column::Version).limit(page.limit());
    if let Some(after) = page.after() {
        let after: i64 =
            after.parse().map_err(|_| Error::invalid("page_token", "Send back the token exactly as it was given"))?;
        query = query.filter(Column::Version.lt(after));
    }
    query.all(tx.db()).await?.into_iter().map(|row| read(Some(row))).collect()
}

/// Where a list goes on after this version.
pub(crate) fn cursor(published: &Published) -> String {
    published.version.to_string()
}

/// The current version.
pub(crate) async fn current(tx: &Tx) -> Result<Published> {
    let row = Entity::find().order_by_desc(Column::Version).one(tx.db()).await?;
    read(row)
}

/// The number of the current version.
pub(crate) async fn current_version(tx: &Tx) -> Result<u32> {
    last_version(tx).await?.ok_or_else(Error::missing)
}

async fn last_version(tx: &Tx) -> Result<Option<u32>> {
    let query = Entity::find().select_only().column_as(Column::Version.max(), "last").into_tuple();
    let last: Option<Option<i64>> = query.one(tx.db()).await?;
    Ok(last.flatten().map(narrow))
}

/// One version.
pub(crate) async fn version(tx: &Tx, version: u32) -> Result<Published> {
    read(Entity::find().filter(Column::Version.eq(wide(version))).one(tx.db()).await?)
}

fn read(row: Option<Model>) -> Result<Published> {
    Ok(serde_json::from_slice(&row.ok_or_else(Error::missing)?.body)?)
}
