//! The table of who is named by a case, and who is kept out of it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "case_grant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub school_id: String,
    /// A keyed hash of the account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_token: Vec<u8>,
    /// `member` or `conflicted`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
