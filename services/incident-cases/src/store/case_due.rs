//! The table of what is due in open cases.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "case_due")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub school_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    /// The step, referral or report; empty where it is the case itself.
    #[sea_orm(primary_key, auto_increment = false)]
    pub item: String,
    /// The far future where no clock runs.
    pub due_us: i64,
    /// A keyed hash of the account whose it is; empty where it is nobody's.
    pub owner_token: Vec<u8>,
    /// 1 for a step that may not be skipped; -1 where that was not kept yet.
    pub statutory: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
