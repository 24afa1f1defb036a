//! The text of rejected lines, sealed, for as long as they may be read again.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_008000_keep_rejected_text"
    }
}

const TABLE: &str = "
CREATE TABLE rejected_text (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, feed_id TEXT NOT NULL, delivery_id TEXT NOT NULL, lines BIGINT NOT NULL,
    bytes BIGINT NOT NULL, received_us BIGINT NOT NULL, due INTEGER NOT NULL, body {bytes} NOT NULL);
CREATE INDEX rejected_text_feed ON rejected_text (feed_id, id);
CREATE INDEX rejected_text_due ON rejected_text (due, received_us, id);
CREATE INDEX rejected_text_time ON rejected_text (received_us);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = TABLE.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&table).await?;
        tenant_table(manager, "rejected_text", "school_id").await
    }
}
