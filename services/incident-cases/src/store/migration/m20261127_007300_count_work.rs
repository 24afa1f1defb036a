//! Which of what is due may not be skipped, and which steps were done when and by whom by a keyed token of the account: so
//! that work is counted without opening cases.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007300_count_work"
    }
}

/// Bodies are sealed, and a migration holds no key: -1 is what the service has not read out of them yet.
const TABLES: &str = "
ALTER TABLE case_due ADD COLUMN statutory INTEGER NOT NULL DEFAULT -1;
CREATE TABLE case_step_end (
    school_id TEXT NOT NULL, case_id TEXT NOT NULL, step_id TEXT NOT NULL, done_us BIGINT NOT NULL,
    account_token {bytes} NOT NULL, PRIMARY KEY (school_id, case_id, step_id));
CREATE INDEX case_step_end_done ON case_step_end (school_id, done_us);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        tenant_table(manager, "case_step_end", "school_id").await
    }
}
