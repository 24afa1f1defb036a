//! A row of `webhook_attempt`.

use sea_orm::entity::prelude::*;

/// One message to one program.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_attempt")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whom it is for.
    pub webhook_id: String,
    /// Whose the program is.
    pub school_id: String,
    /// What it tells.
    pub kind: String,
    /// What is sent.
    pub payload: String,
    /// When it was made.
    pub created_us: i64,
    /// When it is tried.
    pub due_us: i64,
    /// `queued`, `delivered` or `given_up`.
    pub state: String,
    /// How often it was tried.
    pub tries: i64,
    /// When it was tried last.
    pub tried_us: Option<i64>,
    /// Until when a process has it.
    pub lease_us: i64,
    /// The last HTTP status.
    pub status: i64,
    /// Why it did not arrive.
    pub error: String,
}

/// None are declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
