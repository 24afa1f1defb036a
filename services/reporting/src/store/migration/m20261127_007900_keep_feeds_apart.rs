//! Which feeds are silent or late, each by itself. Of those of before, the log knows it: it is there once figures were counted anew.

use chassis::db::tenant_table;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007900_keep_feeds_apart"
    }
}

const TABLE: &str = "
CREATE TABLE feed_trouble (
    generation BIGINT NOT NULL, school_id TEXT NOT NULL, feed_id TEXT NOT NULL, trouble TEXT NOT NULL,
    said_at TEXT NOT NULL, ended BIGINT NOT NULL, PRIMARY KEY (generation, school_id, feed_id, trouble));
ALTER TABLE school_state DROP COLUMN silent_at;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLE).await?;
        tenant_table(manager, "feed_trouble", "school_id").await
    }
}
