//! A row of `notice_address`.

use sea_orm::entity::prelude::*;

/// Where one account is told; the addresses are sealed in `body`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice_address")]
pub struct Model {
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: String,
    /// When the address was confirmed.
    pub confirmed_us: Option<i64>,
    /// The digest of the link that confirms the next one.
    pub link: Option<Vec<u8>>,
    /// Until when the link is good.
    pub link_us: Option<i64>,
    /// Whether what is not urgent comes once a day.
    pub daily: bool,
    /// Minutes of the day from which it is quiet.
    pub quiet_from: Option<i64>,
    /// Minutes of the day until which it is quiet.
    pub quiet_to: Option<i64>,
    /// What was chosen other than by default, as JSON.
    pub choices: String,
    /// The sealed addresses.
    pub body: Vec<u8>,
}

/// None are declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
