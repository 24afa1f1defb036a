//! Who reads concerns when, and by when each concern is passed on where nobody has read it.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_001600_keep_cover"
    }
}

const TABLES: &str = "
ALTER TABLE concern ADD COLUMN escalate_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE concern ADD COLUMN escalated INTEGER NOT NULL DEFAULT 0;
CREATE INDEX concern_waits ON concern (escalate_us, id) WHERE was_read = 0;
ALTER TABLE policy_copy ADD COLUMN clocks TEXT NOT NULL DEFAULT '';
CREATE TABLE cover (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, version BIGINT NOT NULL, body {bytes} NOT NULL);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        tenant_table(manager, "cover", "school_id").await
    }
}
