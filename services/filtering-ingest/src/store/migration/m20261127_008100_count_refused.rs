//! How often deliveries of a feed were refused, by why.

use chassis::db::tenant_table;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_008100_count_refused"
    }
}

const TABLE: &str = "
CREATE TABLE refused_delivery (
    feed_id TEXT NOT NULL, reason TEXT NOT NULL, school_id TEXT NOT NULL, deliveries BIGINT NOT NULL, last_us BIGINT NOT NULL,
    PRIMARY KEY (feed_id, reason));
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLE).await?;
        tenant_table(manager, "refused_delivery", "school_id").await
    }
}
