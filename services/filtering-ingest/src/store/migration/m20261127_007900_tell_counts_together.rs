//! What was counted of feeds and is still to be told; and rejected lines that follow one another in one row. A process of
//! the version before tells its own batches itself and writes nothing here, and a row for each line.

use chassis::db::tenant_table;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007900_tell_counts_together"
    }
}

const TABLES: &str = "
CREATE TABLE feed_untold (
    feed_id TEXT NOT NULL, hour_us BIGINT NOT NULL, school_id TEXT NOT NULL, received BIGINT NOT NULL,
    kept BIGINT NOT NULL, folded BIGINT NOT NULL, excepted BIGINT NOT NULL, noise BIGINT NOT NULL,
    rejected BIGINT NOT NULL, alerts BIGINT NOT NULL, PRIMARY KEY (feed_id, hour_us),
    CHECK (received = kept + folded + excepted + noise + rejected));
ALTER TABLE rejected_line ADD COLUMN until_line BIGINT;
ALTER TABLE rejected_line ADD COLUMN lines BIGINT;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLES).await?;
        tenant_table(manager, "feed_untold", "school_id").await
    }
}
