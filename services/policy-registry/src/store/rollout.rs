//! Roll-outs in the database, sealed: they hold what people wrote. They belong to the authority.

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, SqlErr,
    sea_query::Expr,
};

use super::{
    entity::rollout::{ActiveModel, Column, Entity, Model},
    micros,
};
use crate::{instance::proposal::RolloutId, rollout::Rollout};

fn place(id: &str) -> String {
    format!("rollout|{id}")
}

fn seal(tx: &Tx, rollout: &Rollout) -> Result<Vec<u8>> {
    Ok(tx.ring().own_key().seal(&serde_json::to_vec(rollout)?, &place(rollout.id.as_str())))
}

fn at_work(rollout: &Rollout) -> Option<i64> {
    rollout.state.at_work().then_some(1)
}

/// Writes a new one, unless another is at work; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, rollout: &Rollout) -> Result<Vec<u8>> {
    let body = seal(tx, rollout)?;
    let row = ActiveModel {
        id: Set(rollout.id.to_string()),
        start_us: Set(micros(rollout.start_at)),
        at_work: Set(at_work(rollout)),
        body: Set(body.clone()),
    };
    match Entity::insert(row).exec_without_returning(tx.db()).await {
        Ok(_) => Ok(body),
        Err(e) if matches!(e.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Err(Error::wrong_state("another roll-out is scheduled or runs: let it end, or undo it first"))
        }
        Err(e) => Err(e.into()),
    }
}

/// Writes it again; answers what its body holds.
pub(crate) async fn update(tx: &Tx, rollout: &Rollout) -> Result<Vec<u8>> {
    let body = seal(tx, rollout)?;
    Entity::update_many()
        .col_expr(Column::AtWork, Expr::value(at_work(rollout)))
        .col_expr(Column::Body, Expr::value(body.clone()))
        .filter(Column::Id.eq(rollout.id.as_str()))
        .exec(tx.db())
        .await?;
    Ok(body)
}

/// One roll-out.
pub(crate) async fn load(tx: &Tx, id: &RolloutId) -> Result<Rollout> {
    read(tx, &Entity::find_by_id(id.as_str()).one(tx.db()).await?.ok_or_else(Error::missing)?)
}

/// The same, for whoever writes it: on PostgreSQL nobody else writes it meanwhile.
pub(crate) async fn hold(tx: &Tx, id: &RolloutId) -> Result<Rollout> {
    let query = Entity::find_by_id(id.as_str()).lock_exclusive();
    read(tx, &query.one(tx.db()).await?.ok_or_else(Error::missing)?)
}

/// The one whose schools are to be merged now.
pub(crate) async fn due(tx: &Tx) -> Result<Option<Rollout>> {
    let query = Entity::find().filter(Column::AtWork.eq(1)).filter(Column::StartUs.lte(micros(tx.now())));
    query.one(tx.db()).await?.map(|row| read(tx, &row)).transpose()
}

/// A page of them, newest first.
pub(crate) async fn list(tx: &Tx, page: &Page) -> Result<Vec<Rollout>> {
    let mut query = Entity::find().order_by_desc(Column::Id).limit(page.limit());
    if let Some(before) = page.after() {
        query = query.filter(Column::Id.lt(before));
    }
    query.all(tx.db()).await?.iter().map(|row| read(tx, row)).collect()
}

fn read(tx: &Tx, row: &Model) -> Result<Rollout> {
    Ok(serde_json::from_slice(&tx.ring().own_key().open(&row.body, &place(&row.id))?)?)
}
