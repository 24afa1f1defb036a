//! How far each school day was covered by the filter's feeds, and how many of them are silent.

use chassis::db::tenant_table;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_006000_keep_coverage_days"
    }
}

const TABLES: &str = "
CREATE TABLE coverage_day (
    school_id TEXT NOT NULL, date TEXT NOT NULL, term_id TEXT NOT NULL, state TEXT NOT NULL,
    gap_minutes BIGINT NOT NULL, PRIMARY KEY (school_id, date));
CREATE INDEX coverage_day_term ON coverage_day (school_id, term_id);
ALTER TABLE school_state ADD COLUMN silent_feeds BIGINT NOT NULL DEFAULT 0;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLES).await?;
        tenant_table(manager, "coverage_day", "school_id").await
    }
}
