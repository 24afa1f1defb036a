//! A row of `shared_school`.

use sea_orm::entity::prelude::*;

/// Which school opened an incident to others.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shared_school")]
pub struct Model {
    /// The shared incident.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shared_incident_id: String,
    /// The school.
    pub school_id: String,
}

/// None are declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
