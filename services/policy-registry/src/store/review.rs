//! Reviews in the database, sealed, always within the scope's school: those that were asked for, and what every review
//! came to.

use chassis::{
    db::Tx,
    error::{Error, Result},
    id::SchoolId,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::Expr,
};

use time::Date;

use super::{
    entity::life_cycle::review::{ActiveModel, Column, Entity, Model},
    sealed,
};
use crate::review::{Review, ReviewId};

const TABLE: &str = "review";

fn id(review: &Review) -> Result<&ReviewId> {
    review.id.as_ref().ok_or_else(|| Error::internal("the yearly review is kept once it is done"))
}

/// Writes a new review at its school; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, review: &Review) -> Result<Vec<u8>> {
    let id = id(review)?;
    let body = sealed::seal(tx, TABLE, id.as_str(), review)?;
    let row =
        ActiveModel { id: Set(id.to_string()), school_id: Set(review.school.to_string()), body: Set(body.clone()) };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// One review of the scope's school, held until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: &ReviewId) -> Result<Review> {
    let here = Column::SchoolId.eq(tx.scope().school()?.as_str());
    let query = Entity::find().filter(here).filter(Column::Id.eq(id.as_str())).lock_exclusive();
    read(tx, &query.one(tx.db()).await?.ok_or_else(Error::missing)?)
}

/// Writes a review that was held; answers what its body holds.
pub(crate) async fn update(tx: &Tx, review: &Review) -> Result<Vec<u8>> {
    let id = id(review)?;
    let body = sealed::seal(tx, TABLE, id.as_str(), review)?;
    let here = Column::SchoolId.eq(tx.scope().school()?.as_str());
    let update = Entity::update_many().col_expr(Column::Body, Expr::value(body.clone()));
    update.filter(here).filter(Column::Id.eq(id.as_str())).exec(tx.db()).await?;
    Ok(body)
}

/// Every review of the scope's school that is kept.
pub(crate) async fn all(tx: &Tx) -> Result<Vec<Review>> {
    let here = Column::SchoolId.eq(tx.scope().school()?.as_str());
    let rows = Entity::find().filter(here).order_by_asc(Column::Id).all(tx.db()).await?;
    rows.iter().map(|row| read(tx, row)).collect()
}

/// The days of the reviews that wait at every school of the authority.
pub(crate) async fn waiting(tx: &Tx) -> Result<Vec<(SchoolId, Date)>> {
    let rows = Entity::find().all(tx.db()).await?;
    let reviews = rows.iter().map(|row| read(tx, row)).collect::<Result<Vec<_>>>()?;
    Ok(reviews.into_iter().filter(|review| review.completed.is_none()).map(|one| (one.school, one.due)).collect())
}

fn read(tx: &Tx, row: &Model) -> Result<Review> {
    sealed::open(tx, TABLE, &row.id, &row.body)
}
