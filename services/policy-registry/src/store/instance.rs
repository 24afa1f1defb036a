//! Instances in the database, always within the scope's school; a roll-out's worker reaches those of the authority.

use std::collections::HashMap;

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
use crate::{
    instance::{Instance, InstanceId, State, life_cycle::Emergency, standing::Standing},
    rollout::LIVE,
};

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
    let body = body(tx, instance)?;
    Entity::insert(row(instance, body.clone())?).exec_without_returning(tx.db()).await.map_err(raced)?;
    Ok(body)
}

/// Writes new versions of several schools, each with its body.
pub(crate) async fn insert_many(tx: &Tx, written: Vec<(&Instance, Vec<u8>)>) -> Result<()> {
    if written.is_empty() {
        return Ok(());
    }
    let rows = written.into_iter().map(|(instance, body)| row(instance, body)).collect::<Result<Vec<_>>>()?;
    Entity::insert_many(rows).exec_without_returning(tx.db()).await.map_err(raced)?;
    Ok(())
}

fn row(instance: &Instance, body: Vec<u8>) -> Result<ActiveModel> {
    Ok(ActiveModel {
        id: Set(instance.id.to_string()),
        school_id: Set(instance.school.to_string()),
        version: Set(wide(instance.version)),
        revision: Set(wide(instance.revision)),
        effective_us: Set(instance.effective_at.map(micros)),
        superseded_us: Set(instance.superseded_at.map(micros)),
        body: Set(body),
        state: Set(instance.state.key().to_owned()),
        standing: Set(Some(serde_json::to_vec(&Standing::from(instance))?)),
    })
}

/// Writes an instance one step on, unless somebody else wrote it meanwhile; answers what its body holds.
pub(crate) async fn update(tx: &Tx, instance: &Instance) -> Result<Vec<u8>> {
    let school = tx.scope().school()?;
    if *school != instance.school {
        return Err(Error::missing());
    }
    update_at(tx, instance).await
}

/// The same within a wider scope, for work on the schools of a roll-out.
pub(crate) async fn update_at(tx: &Tx, instance: &Instance) -> Result<Vec<u8>> {
    let body = body(tx, instance)?;
    let standing = serde_json::to_vec(&Standing::from(instance))?;
    let written = Entity::update_many()
        .col_expr(Column::Revision, Expr::value(wide(instance.revision)))
        .col_expr(Column::EffectiveUs, Expr::value(instance.effective_at.map(micros)))
        .col_expr(Column::SupersededUs, Expr::value(instance.superseded_at.map(micros)))
        .col_expr(Column::Body, Expr::value(body.clone()))
        .col_expr(Column::State, Expr::value(instance.state.key()))
        .col_expr(Column::Standing, Expr::value(Some(standing)))
        .filter(Column::Id.eq(instance.id.as_str()))
        .filter(Column::SchoolId.eq(instance.school.as_str()))
        .filter(Column::Revision.eq(wide(instance.revision) - 1))
        .exec(tx.db())
        .await
        .map_err(raced)?;
    if written.rows_affected == 1 { Ok(body) } else { Err(Error::changed()) }
}

/// One version of the scope's school.
pub(crate) async fn load(tx: &Tx, id: &InstanceId) -> Result<Instance> {
    let row = here(tx)?.filter(Column::Id.eq(id.as_str())).one(tx.db()).await?;
    read(tx, &row.ok_or_else(Error::missing)?)
}

/// The version in force at a moment.
pub(crate) async fn in_force(tx: &Tx, at: OffsetDateTime) -> Result<Option<Instance>> {
    let at = micros(at);
    let until = Condition::any().add(Column::SupersededUs.is_null()).add(Column::SupersededUs.gt(at));
    let row = here(tx)?.filter(Column::EffectiveUs.lte(at)).filter(until).order_by_desc(Column::Version).one(tx.db());
    row.await?.as_ref().map(|row| read(tx, row)).transpose()
}

/// The moments at which another version of the scope's school came, or comes, into force or out of it.
pub(crate) async fn turns(tx: &Tx) -> Result<Vec<i64>> {
    let rows: Vec<(Option<i64>, Option<i64>)> = here(tx)?
        .select_only()
        .columns([Column::EffectiveUs, Column::SupersededUs])
        .filter(Column::EffectiveUs.is_not_null())
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().flat_map(|(from, until)| [from, until]).flatten().collect())
}

/// Whether a version is on its way into force.
pub(crate) async fn open(tx: &Tx) -> Result<bool> {
    let query = here(tx)?.filter(Column::EffectiveUs.is_null()).order_by_desc(Column::Version);
    for row in query.all(tx.db()).await? {
        if read(tx, &row)?.is_open() {
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
    let all: Result<Vec<Instance>> = query.all(tx.db()).await?.iter().map(|row| read(tx, row)).collect();
    Ok(all?.into_iter().filter(|instance| instance.state != State::Discarded).collect())
}

/// One version by its number, unless it was set aside.
pub(crate) async fn by_version(tx: &Tx, version: u32) -> Result<Option<Instance>> {
    let row = here(tx)?.filter(Column::Version.eq(wide(version))).one(tx.db()).await?;
    let instance = row.as_ref().map(|row| read(tx, row)).transpose()?;
    Ok(instance.filter(|instance| instance.state != State::Discarded))
}

/// A page of versions, newest first.
pub(crate) async fn list(tx: &Tx, page: &Page) -> Result<Vec<Instance>> {
    let mut query = here(tx)?.order_by_desc(Column::Version).limit(page.limit());
    if let Some(before) = page.after().and_then(|after| after.parse::<i64>().ok()) {
        query = query.filter(Column::Version.lt(before));
    }
    query.all(tx.db()).await?.iter().map(|row| read(tx, row)).collect()
}

/// A version of any of the scope's schools, which the caller found through a roll-out.
pub(crate) async fn load_at(tx: &Tx, school: &str, id: &str) -> Result<Instance> {
    let query = Entity::find().filter(Column::SchoolId.eq(school)).filter(Column::Id.eq(id));
    read(tx, &query.one(tx.db()).await?.ok_or_else(Error::missing)?)
}

/// The versions of these schools that are open or in force, as they stand in their rows, and each school's last number.
pub(crate) async fn live(tx: &Tx, schools: &[String]) -> Result<(Vec<Model>, HashMap<String, u32>)> {
    let here = || Entity::find().filter(Column::SchoolId.is_in(schools));
    let rows = here().filter(Column::State.is_in(LIVE.map(|state| state.key()))).all(tx.db()).await?;
    let last: Vec<(String, i64)> = here()
        .select_only()
        .column(Column::SchoolId)
        .column_as(Column::Version.max(), "last")
        .group_by(Column::SchoolId)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok((rows, last.into_iter().map(|(school, last)| (school, narrow(last))).collect()))
}

/// What lists say of the versions of all the scope's schools that are open or in force: the school, and the standing.
pub(crate) async fn standings(tx: &Tx) -> Result<Vec<(String, Standing)>> {
    let rows: Vec<(String, String, Option<Vec<u8>>)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::SchoolId, Column::Standing])
        .filter(Column::State.is_in(LIVE.map(|state| state.key())))
        .into_tuple()
        .all(tx.db())
        .await?;
    let mut standings = Vec::with_capacity(rows.len());
    for (id, school, standing) in rows {
        let standing = standing_of(tx, &school, &id, standing).await?;
        standings.push((school, standing));
    }
    Ok(standings)
}

/// What lists say of these versions, by id.
pub(crate) async fn standings_of(tx: &Tx, ids: Vec<String>) -> Result<HashMap<String, Standing>> {
    let rows: Vec<(String, String, Option<Vec<u8>>)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::SchoolId, Column::Standing])
        .filter(Column::Id.is_in(ids))
        .into_tuple()
        .all(tx.db())
        .await?;
    let mut standings = HashMap::new();
    for (id, school, standing) in rows {
        let standing = standing_of(tx, &school, &id, standing).await?;
        standings.insert(id, standing);
    }
    Ok(standings)
}

async fn standing_of(tx: &Tx, school: &str, id: &str, kept: Option<Vec<u8>>) -> Result<Standing> {
    match kept {
        Some(kept) => Ok(serde_json::from_slice(&kept)?),
        None => Ok(Standing::from(&load_at(tx, school, id).await?)),
    }
}

/// What stands before a sealed text within a body.
const SEALED: &str = "sealed:";

fn place(instance: &Instance) -> String {
    format!("instance|{}|emergency", instance.id)
}

/// A version as its row has it. The policy is published and not sealed; why it could not wait is nobody's but the
/// school's.
fn body(tx: &Tx, instance: &Instance) -> Result<Vec<u8>> {
    let Some(emergency) = &instance.emergency else { return Ok(serde_json::to_vec(instance)?) };
    let sealed = tx.ring().own_key().seal(emergency.reason.as_bytes(), &place(instance));
    let reason = format!("{SEALED}{}", hex::encode(sealed));
    let emergency = Emergency { reason, ..emergency.clone() };
    Ok(serde_json::to_vec(&Instance { emergency: Some(emergency), ..instance.clone() })?)
}

fn read(tx: &Tx, row: &Model) -> Result<Instance> {
    let mut instance = unopened(row)?;
    let place = place(&instance);
    if let Some(emergency) = &mut instance.emergency
        && let Some(sealed) = emergency.reason.strip_prefix(SEALED)
    {
        let sealed = hex::decode(sealed).map_err(Error::internal)?;
        let reason = tx.ring().own_key().open(&sealed, &place)?;
        emergency.reason = String::from_utf8(reason).map_err(Error::internal)?;
    }
    Ok(instance)
}

/// The same with what is sealed in it left so: for work that never writes such a version again.
pub(crate) fn unopened(row: &Model) -> Result<Instance> {
    Ok(serde_json::from_slice(&row.body)?)
}
