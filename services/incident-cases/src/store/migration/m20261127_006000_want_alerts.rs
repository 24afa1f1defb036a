//! Which filter alerts cases want.

use chassis::db::tenant_table;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_006000_want_alerts"
    }
}

const TABLES: &str = "
CREATE TABLE alert_wanted (
    alert_id TEXT NOT NULL, case_id TEXT NOT NULL, school_id TEXT NOT NULL, next_us BIGINT NOT NULL,
    PRIMARY KEY (alert_id, case_id));
CREATE INDEX alert_wanted_next ON alert_wanted (next_us);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLES).await?;
        tenant_table(manager, "alert_wanted", "school_id").await
    }
}
