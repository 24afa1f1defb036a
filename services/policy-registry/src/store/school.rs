//! Schools in the database.

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
    by_name::{self, sort_name},
    entity::school::{ActiveModel, Column, Entity, Model},
};
use crate::school::School;

/// Writes a new school; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, school: &School) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(school)?;
    let row = ActiveModel {
        id: Set(school.id.to_string()),
        urn: Set(school.urn.clone()),
        sort_name: Set(sort_name(&school.name)),
        body: Set(body.clone()),
    };
    match Entity::insert(row).exec_without_returning(tx.db()).await {
        Ok(_) => Ok(body),
        Err(e) if matches!(e.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Err(taken()),
        Err(e) => Err(e.into()),
    }
}

fn taken() -> Error {
    Error::exists("urn", "A school with this unique reference number is there already")
}

/// The scope's school.
pub(crate) async fn load(tx: &Tx) -> Result<School> {
    let id = tx.scope().school()?;
    let row = Entity::find_by_id(id.as_str()).one(tx.db()).await?.ok_or_else(Error::missing)?;
    read(&row)
}

/// Writes the scope's school again; answers what its body holds.
pub(crate) async fn update(tx: &Tx, school: &School) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(school)?;
    Entity::update_many()
        .col_expr(Column::Body, Expr::value(body.clone()))
        .filter(Column::Id.eq(tx.scope().school()?.as_str()))
        .exec(tx.db())
        .await?;
    Ok(body)
}

/// The scope's school, for whoever changes it.
pub(crate) async fn hold(tx: &Tx) -> Result<School> {
    let id = tx.scope().school()?;
    let row = Entity::find_by_id(id.as_str()).lock_exclusive().one(tx.db()).await?.ok_or_else(Error::missing)?;
    read(&row)
}

/// These schools, within a scope that reaches them, by name.
pub(crate) async fn some(tx: &Tx, ids: &[String]) -> Result<Vec<School>> {
    let query = Entity::find().filter(Column::Id.is_in(ids));
    query.order_by_asc(Column::SortName).order_by_asc(Column::Id).all(tx.db()).await?.iter().map(read).collect()
}

/// The same for whoever makes something for them: until this ends, none of them is closed.
pub(crate) async fn held(tx: &Tx, ids: &[String]) -> Result<Vec<School>> {
    let query = Entity::find().filter(Column::Id.is_in(ids)).lock_shared();
    query.order_by_asc(Column::SortName).order_by_asc(Column::Id).all(tx.db()).await?.iter().map(read).collect()
}

/// Every school of the authority, by name.
pub(crate) async fn all(tx: &Tx) -> Result<Vec<School>> {
    let query = Entity::find().order_by_asc(Column::SortName).order_by_asc(Column::Id);
    query.all(tx.db()).await?.iter().map(read).collect()
}

/// A page of the schools within the scope, by name: of every one, or of the one with a number where that is not empty.
pub(crate) async fn list(tx: &Tx, page: &Page, urn: &str) -> Result<Vec<School>> {
    let mut query = Entity::find();
    if !urn.is_empty() {
        query = query.filter(Column::Urn.eq(urn));
    }
    if !tx.scope().authority() {
        query = query.filter(Column::Id.is_in(tx.scope().schools().iter().map(|school| school.as_str())));
    }
    by_name::page(query, Column::SortName, Column::Id, page).all(tx.db()).await?.iter().map(read).collect()
}

/// Where a list goes on after this school.
pub(crate) fn cursor(school: &School) -> String {
    by_name::cursor(&school.name, school.id.as_str())
}

fn read(row: &Model) -> Result<School> {
    Ok(serde_json::from_slice(&row.body)?)
}
