//! Which schools are closed: nothing is taken for them any more.

use chassis::db::tenant_table;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_008310_know_closed_schools"
    }
}

const TABLE: &str = "CREATE TABLE closed_school (school_id TEXT PRIMARY KEY, closed_us BIGINT NOT NULL);";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLE).await?;
        tenant_table(manager, "closed_school", "school_id").await
    }
}
