//! Who printed a case, sealed under the case's key.

use chassis::{db::Tx, error::Result};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::{key_at, open, seal};
use crate::case::print::Print;

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_print")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub school_id: String,
        pub case_id: String,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{ActiveModel, Column, Entity};

fn place(id: &str) -> String {
    format!("print|{id}")
}

/// Keeps one; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, case_id: &str, print: &Print) -> Result<Vec<u8>> {
    let school = tx.scope().school()?.as_str();
    let id = print.id.as_str();
    let body = seal(&key_at(tx, case_id, school).await?, print, &place(id))?;
    let row = ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(school.to_owned()),
        case_id: Set(case_id.to_owned()),
        body: Set(body.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// The prints of a case that the caller may read, newest first.
pub(crate) async fn of(tx: &Tx, case_id: &str) -> Result<Vec<Print>> {
    let school = tx.scope().school()?.as_str();
    let all = Entity::find().filter(Column::SchoolId.eq(school)).filter(Column::CaseId.eq(case_id));
    let rows = all.order_by_desc(Column::Id).all(tx.db()).await?;
    let key = key_at(tx, case_id, school).await?;
    rows.iter().map(|row| open(&key, &row.body, &place(&row.id))).collect()
}
