//! A row of `session`.

use sea_orm::entity::prelude::*;

/// One session.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// The digest of its token, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Whose it is.
    pub account_id: String,
    /// How its token travels.
    pub kind: String,
    /// When it began.
    pub started_us: i64,
    /// When it was last used.
    pub seen_us: i64,
    /// 1 where its screen was hidden.
    pub locked: i64,
}

/// None are declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
