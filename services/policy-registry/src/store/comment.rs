//! Comments in the database, sealed, always within the scope's school and one version. They are kept as long as it is.

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
    sea_query::Expr,
};

use super::{
    entity::life_cycle::comment::{ActiveModel, Column, Entity, Model},
    sealed,
};
use crate::{
    comment::{Comment, CommentId},
    instance::InstanceId,
};

const TABLE: &str = "comment";

fn of(tx: &Tx, instance: &InstanceId) -> Result<Select<Entity>> {
    let here = Column::SchoolId.eq(tx.scope().school()?.as_str());
    Ok(Entity::find().filter(here).filter(Column::InstanceId.eq(instance.as_str())))
}

/// Writes a new comment; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, comment: &Comment) -> Result<Vec<u8>> {
    let body = sealed::seal(tx, TABLE, comment.id.as_str(), comment)?;
    let row = ActiveModel {
        id: Set(comment.id.to_string()),
        school_id: Set(comment.school.to_string()),
        instance_id: Set(comment.instance.to_string()),
        body: Set(body.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// One comment on a version, held until the transaction ends.
pub(crate) async fn hold(tx: &Tx, instance: &InstanceId, id: &CommentId) -> Result<Comment> {
    let row = of(tx, instance)?.filter(Column::Id.eq(id.as_str())).lock_exclusive().one(tx.db()).await?;
    read(tx, &row.ok_or_else(Error::missing)?)
}

/// Writes a comment that was held; answers what its body holds.
pub(crate) async fn update(tx: &Tx, comment: &Comment) -> Result<Vec<u8>> {
    let body = sealed::seal(tx, TABLE, comment.id.as_str(), comment)?;
    let here = Column::SchoolId.eq(tx.scope().school()?.as_str());
    let update = Entity::update_many().col_expr(Column::Body, Expr::value(body.clone()));
    update.filter(here).filter(Column::Id.eq(comment.id.as_str())).exec(tx.db()).await?;
    Ok(body)
}

/// A page of the comments on a version, oldest first.
pub(crate) async fn list(tx: &Tx, instance: &InstanceId, page: &Page) -> Result<Vec<Comment>> {
    let mut query = of(tx, instance)?.order_by_asc(Column::Id).limit(page.limit());
    if let Some(after) = page.after() {
        query = query.filter(Column::Id.gt(after));
    }
    query.all(tx.db()).await?.iter().map(|row| read(tx, row)).collect()
}

fn read(tx: &Tx, row: &Model) -> Result<Comment> {
    sealed::open(tx, TABLE, &row.id, &row.body)
}
