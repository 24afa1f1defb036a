//! Which concerns were passed on because nobody had read them, and whether somebody has since. Of those of before, the log knows it: it is
//! there once figures were counted anew.

use chassis::db::tenant_table;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007800_keep_what_waits_unread"
    }
}

const TABLE: &str = "
CREATE TABLE concern_waiting (
    generation BIGINT NOT NULL, school_id TEXT NOT NULL, concern_id TEXT NOT NULL, since_us BIGINT,
    passed_at TEXT NOT NULL, over_at TEXT NOT NULL, PRIMARY KEY (generation, school_id, concern_id));
CREATE INDEX concern_waiting_unread ON concern_waiting (generation, school_id) WHERE passed_at > over_at;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLE).await?;
        tenant_table(manager, "concern_waiting", "school_id").await
    }
}
