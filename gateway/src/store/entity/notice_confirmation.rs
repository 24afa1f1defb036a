//! A row of `notice_confirmation`.

use sea_orm::entity::prelude::*;

/// One confirmation that was asked for: they are counted.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice_confirmation")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Who asked.
    pub account_id: String,
    /// A keyed token of the address.
    pub address: Vec<u8>,
    /// When.
    pub asked_us: i64,
}

/// None are declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
