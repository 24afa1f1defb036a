//! A row of `webhook`.

use sea_orm::entity::prelude::*;

/// One program that is told; its address and keys are sealed in `body`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose it is; empty for the authority.
    pub school_id: String,
    /// Of what, each between spaces.
    pub kinds: String,
    /// Whether it is told.
    pub enabled: bool,
    /// Why it is not.
    pub reason: String,
    /// When it was made.
    pub created_us: i64,
    /// Since when nothing arrives.
    pub failing_us: Option<i64>,
    /// The sealed address and keys.
    pub body: Vec<u8>,
}

/// None are declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
