//! By what cases and concerns are found again: keyed tokens, and no word.

use chassis::db::tenant_table;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_002000_keep_record_tokens"
    }
}

const TABLE: &str = "
CREATE TABLE record_token (
    school_id TEXT NOT NULL, token BIGINT NOT NULL, record_id TEXT NOT NULL, weight INTEGER NOT NULL,
    PRIMARY KEY (school_id, token, record_id));
CREATE INDEX record_token_record ON record_token (school_id, record_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLE).await?;
        tenant_table(manager, "record_token", "school_id").await
    }
}
