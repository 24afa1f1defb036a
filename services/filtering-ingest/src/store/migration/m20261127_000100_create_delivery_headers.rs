//! The row of names that came last in a delivery whose log names its columns: for the lines that come later.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_000100_create_delivery_headers"
    }
}

const TABLE: &str = "
CREATE TABLE delivery_header (
    feed_id TEXT NOT NULL, delivery_id TEXT NOT NULL, school_id TEXT NOT NULL, body {bytes} NOT NULL,
    PRIMARY KEY (feed_id, delivery_id));
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = TABLE.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&table).await?;
        tenant_table(manager, "delivery_header", "school_id").await
    }
}
