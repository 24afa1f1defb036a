//! Counts by school, term and line; the state of each school's policy and feeds.

use chassis::db::tenant_table;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261124_000100_create_tallies"
    }
}

const TABLES: &str = "
CREATE TABLE tally (
    school_id TEXT NOT NULL, term_id TEXT NOT NULL, line TEXT NOT NULL, part TEXT NOT NULL, count BIGINT NOT NULL,
    PRIMARY KEY (school_id, term_id, line, part));
CREATE TABLE school_state (
    school_id TEXT PRIMARY KEY, review_due_us BIGINT, error_findings BIGINT NOT NULL, last_feed_us BIGINT);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLES).await?;
        tenant_table(manager, "tally", "school_id").await?;
        tenant_table(manager, "school_state", "school_id").await
    }
}
