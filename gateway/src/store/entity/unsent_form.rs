//! A row of `unsent_form`.

use sea_orm::entity::prelude::*;

/// One form that was not sent.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unsent_form")]
pub struct Model {
    /// Its id, which nobody can guess.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Who wrote it.
    pub account_id: String,
    /// When it was kept.
    pub kept_us: i64,
    /// The sealed form.
    pub body: Vec<u8>,
}

/// None are declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
