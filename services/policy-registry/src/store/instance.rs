//! Instances in the database, always within the scope's school.

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select, sea_query::Expr,
};
use time::OffsetDateTime;

use super::{
    entity::instance::{ActiveModel, Column, Entity, Model},
    micros, narrow, raced, wide,
};
use crate::instance::{Instance, InstanceId, State};

fn here(tx: &Tx) -> Result<Select<Entity>> {
    Ok(Entity::find().filter(Column::SchoolId.eq(tx.scope().school()?.as_str())))
}

/// The number of the school's next version.
pub(crate) async fn next_version(tx: &Tx) -> Result<u32> {
    let last = here(tx)?.order_by_desc(Column::Version).one(tx.db()).await?;
    Ok(last.map_or(0, |row| narrow(row.version)) + 1)
}

/// Writes a new version; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, instance: &Instance) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(instance)?;
    let row = ActiveModel {
        id: Set(instance.id.to_string()),
        school_id: Set(instance.school.to_string()),
        version: Set(wide(instance.version)),
        revision: Set(wide(instance.revision)),
        effective_us: Set(instance.effective_at.map(micros)),
        superseded_us: Set(instance.superseded_at.map(micros)),
        body: Set(body.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await.map_err(raced)?;
    Ok(body)
}

/// Writes an instance one step on, unless somebody else wrote it meanwhile; answers what its body holds.
pub(crate) async fn update(tx: &Tx, instance: &Instance) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(instance)?;
    let written = Entity::update_many()
        .col_expr(Column::Revision, Expr::value(wide(instance.revision)))
        .col_expr(Column::EffectiveUs, Expr::value(instance.effective_at.map(micros)))
        .col_expr(Column::SupersededUs, Expr::value(instance.superseded_at.map(micros)))
        .col_expr(Column::Body, Expr::value(body.clone()))
        .filter(Column::Id.eq(instance.id.as_str()))
        .filter(Column::SchoolId.eq(tx.scope().school()?.as_str()))
        .filter(Column::Revision.eq(wide(instance.revision) - 1))
        .exec(tx.db())
        .await
        .map_err(raced)?;
    if written.rows_affected == 1 { Ok(body) } else { Err(Error::changed()) }
}

/// One version of the scope's school.
pub(crate) async fn load(tx: &Tx, id: &InstanceId) -> Result<Instance> {
    let row = here(tx)?.filter(Column::Id.eq(id.as_str())).one(tx.db()).await?;
    read(&row.ok_or_else(Error::missing)?)
}

/// The version in force at a moment.
pub(crate) async fn in_force(tx: &Tx, at: OffsetDateTime) -> Result<Option<Instance>> {
    let at = micros(at);
    let until = Condition::any().add(Column::SupersededUs.is_null()).add(Column::SupersededUs.gt(at));
    let row = here(tx)?.filter(Column::EffectiveUs.lte(at)).filter(until).order_by_desc(Column::Version).one(tx.db());
    row.await?.as_ref().map(read).transpose()
}

/// Whether a version is on its way into force.
pub(crate) async fn open(tx: &Tx) -> Result<bool> {
    let query = here(tx)?.filter(Column::EffectiveUs.is_null()).order_by_desc(Column::Version);
    for row in query.all(tx.db()).await? {
        if read(&row)?.is_open() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many versions on their way are looked at; those before them were given up.
const ON_THEIR_WAY: u64 = 20;

/// The versions that are not in force yet and not given up, the newest first.
pub(crate) async fn on_their_way(tx: &Tx) -> Result<Vec<Instance>> {
    let query = here(tx)?.filter(Column::EffectiveUs.is_null()).order_by_desc(Column::Version).limit(ON_THEIR_WAY);
    let all: Result<Vec<Instance>> = query.all(tx.db()).await?.iter().map(read).collect();
    Ok(all?.into_iter().filter(|instance| instance.state != State::Discarded).collect())
}

/// One version by its number, unless it was set aside.
pub(crate) async fn by_version(tx: &Tx, version: u32) -> Result<Option<Instance>> {
    let row = here(tx)?.filter(Column::Version.eq(wide(version))).one(tx.db()).await?;
    let instance = row.as_ref().map(read).transpose()?;
    Ok(instance.filter(|instance| instance.state != State::Discarded))
}

/// A page of versions, newest first.
pub(crate) async fn list(tx: &Tx, page: &Page) -> Result<Vec<Instance>> {
    let mut query = here(tx)?.order_by_desc(Column::Version).limit(page.limit());
    if let Some(before) = page.after().and_then(|after| after.parse::<i64>().ok()) {
        query = query.filter(Column::Version.lt(before));
    }
    query.all(tx.db()).await?.iter().map(read).collect()
}

fn read(row: &Model) -> Result<Instance> {
    Ok(serde_json::from_slice(&row.body)?)
}
