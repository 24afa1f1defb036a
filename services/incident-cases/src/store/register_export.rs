//! Lists that were taken out, and why, sealed each under a key of its own. Whose they are is a keyed token.

use chassis::{db::Tx, error::Result};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{new_key, open_all, seal};
use crate::sheet::Export;

/// How many are listed.
const LISTED: u64 = 100;

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "register_export")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub school_id: String,
        pub account_token: Vec<u8>,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{ActiveModel, Column, Entity};

fn place(id: &str) -> String {
    format!("register export|{id}")
}

fn token(tx: &Tx, school: &str) -> Vec<u8> {
    tx.ring().token(school, &format!("lists taken out by {}", tx.scope().account_text())).to_vec()
}

/// Keeps one; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, export: &Export) -> Result<Vec<u8>> {
    let school = tx.scope().school()?.as_str();
    let id = export.id.as_str();
    let body = seal(&new_key(tx, id, school).await?, export, &place(id))?;
    let row = ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(school.to_owned()),
        account_token: Set(token(tx, school)),
        body: Set(body.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// What the caller took out last, newest first.
pub(crate) async fn own(tx: &Tx) -> Result<Vec<Export>> {
    let school = tx.scope().school()?.as_str();
    let all = Entity::find().filter(Column::SchoolId.eq(school)).filter(Column::AccountToken.eq(token(tx, school)));
    let rows = all.order_by_desc(Column::Id).limit(LISTED).all(tx.db()).await?;
    open_all(tx, school, rows.into_iter().map(|row| (row.id, row.body)), place).await
}
