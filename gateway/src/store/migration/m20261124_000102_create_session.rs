//! Sessions.

use chassis::db::tenant_table_with;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::ConnectionTrait as _, sea_orm::DbErr,
};

/// Creates the table `session`.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261124_000102_create_session"
    }
}

/// `key` is a digest of the token that a browser or a program holds.
const TABLES: &str = "
CREATE TABLE session (
    key TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES account (id), kind TEXT NOT NULL,
    started_us BIGINT NOT NULL, seen_us BIGINT NOT NULL);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_started ON session (started_us);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLES).await?;
        tenant_table_with(manager, "session", "current_setting('hedgerow.reach', true) = 'authority'").await
    }
}
