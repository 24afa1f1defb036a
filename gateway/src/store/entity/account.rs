//! A row of `account`.

use sea_orm::entity::prelude::*;

/// One account; what it says is sealed in `body`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// The account's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Finds the account by its sign-in name.
    pub name_token: Vec<u8>,
    /// When it was made.
    pub created_us: i64,
    /// The sealed account.
    pub body: Vec<u8>,
}

/// None are declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
