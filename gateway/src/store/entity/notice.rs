//! A row of `notice`.

use sea_orm::entity::prelude::*;

/// One notice to one account; its link is sealed in `body` until it was sent.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whom it is for.
    pub account_id: String,
    /// The school it is about; empty for the authority.
    pub school_id: String,
    /// What it tells.
    pub kind: String,
    /// When it was made.
    pub created_us: i64,
    /// When it leaves.
    pub due_us: i64,
    /// `queued`, `sent` or `given_up`.
    pub state: String,
    /// How often it was tried.
    pub tries: i64,
    /// When it was tried first; when it was given up, where it was.
    pub tried_us: Option<i64>,
    /// Until when a process has it.
    pub lease_us: i64,
    /// The process that has it.
    pub lease: String,
    /// Why it did not leave.
    pub error: String,
    /// The sealed link.
    pub body: Vec<u8>,
}

/// None are declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
