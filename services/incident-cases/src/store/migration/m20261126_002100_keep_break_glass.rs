//! Readings of restricted cases beyond somebody's rights.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_002100_keep_break_glass"
    }
}

const TABLE: &str = "
CREATE TABLE break_glass (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, case_id TEXT NOT NULL, account_token {bytes} NOT NULL,
    expire_us BIGINT NOT NULL, reviewed INTEGER NOT NULL, body {bytes} NOT NULL);
CREATE INDEX break_glass_case ON break_glass (school_id, case_id, id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = TABLE.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&table).await?;
        tenant_table(manager, "break_glass", "school_id").await
    }
}
