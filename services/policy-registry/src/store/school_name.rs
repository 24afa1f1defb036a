//! What schools are called: the one thing of a school that the authority's other schools may read.

use chassis::{db::Tx, error::Result, page::Page};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{
    by_name::{self, sort_name},
    entity::school_name::{ActiveModel, Column, Entity, Model},
};
use crate::school::School;

/// Writes what a new school is called.
pub(crate) async fn insert(tx: &Tx, school: &School) -> Result<()> {
    let row = ActiveModel {
        id: Set(school.id.to_string()),
        sort_name: Set(sort_name(&school.name)),
        name: Set(school.name.clone()),
        kind: Set(school.kind.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// A page of every school but the scope's, by name.
pub(crate) async fn others(tx: &Tx, page: &Page) -> Result<Vec<Model>> {
    let query = Entity::find().filter(Column::Id.ne(tx.scope().school()?.as_str()));
    Ok(by_name::page(query, Column::SortName, Column::Id, page).all(tx.db()).await?)
}

/// Where a list goes on after this row.
pub(crate) fn cursor(row: &Model) -> String {
    by_name::cursor(&row.name, &row.id)
}
