//! A row of `chair_alert`.

use sea_orm::entity::prelude::*;

/// An alert that waits for the chair of governors of a school, and nothing of what it is about.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chair_alert")]
pub struct Model {
    /// The alert.
    #[sea_orm(primary_key, auto_increment = false)]
    pub alert_id: String,
    /// The school.
    pub school_id: String,
    /// Since when it waits for the chair.
    pub since_us: i64,
    /// 1 where the chair has not opened it in time, and the authority is told.
    pub overdue: i32,
}

/// None are declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
