//! A row of `unannounced`.

use sea_orm::entity::prelude::*;

/// That somebody was told that something waits for them, and nothing of what it is.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unannounced")]
pub struct Model {
    /// Whom.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: String,
    /// A keyed hash of what waits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mark: String,
    /// The notice that tells it.
    pub notice_id: String,
}

/// None are declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
