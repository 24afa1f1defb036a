//! What a desk published of its years, in the database: each version written once. It holds published figures alone, so that nothing of it
//! is sealed.

use chassis::{
    db::Tx,
    error::{Error, Result},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, sea_query::OnConflict,
};

use super::allegation;
use crate::desk::year::DeskYear;

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "desk_year")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// Who published it, `desk/lado`.
        pub desk: String,
        /// The year, such as `2025-26`.
        pub year: String,
        /// Its number within the year, from 1.
        pub version: i64,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{ActiveModel, Column, Entity};

/// Writes what is published of a year; answers what its body holds.
///
/// # Errors
/// `Changed` where somebody else published this version in the same moment.
pub(crate) async fn insert(tx: &Tx, year: &DeskYear) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(year)?;
    let row = ActiveModel {
        id: Set(year.id.to_string()),
        desk: Set(year.desk.clone()),
        year: Set(year.year.clone()),
        version: Set(year.version.into()),
        body: Set(body.clone()),
    };
    let once = OnConflict::columns([Column::Desk, Column::Year, Column::Version]).do_nothing().to_owned();
    let written = Entity::insert(row).on_conflict(once).exec_without_returning(tx.db()).await?;
    if written == 0 {
        return Err(Error::changed());
    }
    Ok(body)
}

/// What the scope's desk published, the latest year first, and its newest version before the others.
pub(crate) async fn all(tx: &Tx) -> Result<Vec<DeskYear>> {
    let query = Entity::find().filter(Column::Desk.eq(allegation::desk(tx)?));
    let query = query.order_by_desc(Column::Year).order_by_desc(Column::Version);
    query.all(tx.db()).await?.iter().map(|row| Ok(serde_json::from_slice(&row.body)?)).collect()
}
