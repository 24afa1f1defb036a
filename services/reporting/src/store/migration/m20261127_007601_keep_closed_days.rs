//! The days on which schools are closed, as their policies say: a term's figures are compared by school days.

use chassis::db::tenant_table;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007601_keep_closed_days"
    }
}

const TABLE: &str = "
CREATE TABLE closed_day (
    generation BIGINT NOT NULL, school_id TEXT NOT NULL, span TEXT NOT NULL, known TEXT NOT NULL,
    PRIMARY KEY (generation, school_id, span, known));
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLE).await?;
        tenant_table(manager, "closed_day", "school_id").await
    }
}
