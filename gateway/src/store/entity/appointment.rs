//! A row of `appointment`.

use sea_orm::entity::prelude::*;

/// The clear index of one appointment; the sealed account has the last word.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "appointment")]
pub struct Model {
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: String,
    /// Its place among the account's appointments.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i64,
    /// The role, as the contract names it.
    pub role: String,
    /// The school; empty for the authority.
    pub school_id: String,
    /// When it begins.
    pub start_us: i64,
    /// When it ends.
    pub end_us: Option<i64>,
}

/// None are declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
