//! Schools in the database.

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, SqlErr,
};

use super::entity::school::{ActiveModel, Column, Entity, Model};
use crate::school::School;

/// What comes between the two halves of a cursor: no name holds it.
const BETWEEN: char = '\u{1f}';

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

/// A page of the schools within the scope, by name.
pub(crate) async fn list(tx: &Tx, page: &Page) -> Result<Vec<School>> {
    let mut query = Entity::find().order_by_asc(Column::SortName).order_by_asc(Column::Id).limit(page.limit());
    if !tx.scope().authority() {
        query = query.filter(Column::Id.is_in(tx.scope().schools().iter().map(|school| school.as_str())));
    }
    if let Some((name, id)) = page.after().and_then(|after| after.split_once(BETWEEN)) {
        let same = Condition::all().add(Column::SortName.eq(name)).add(Column::Id.gt(id));
        query = query.filter(Condition::any().add(Column::SortName.gt(name)).add(same));
    }
    query.all(tx.db()).await?.iter().map(read).collect()
}

/// Where a list goes on after this school.
pub(crate) fn cursor(school: &School) -> String {
    format!("{}{BETWEEN}{}", sort_name(&school.name), school.id)
}

fn sort_name(name: &str) -> String {
    name.to_lowercase()
}

fn read(row: &Model) -> Result<School> {
    Ok(serde_json::from_slice(&row.body)?)
}
