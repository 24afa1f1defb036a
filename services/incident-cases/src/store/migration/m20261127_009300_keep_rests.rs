//! What of a child's file stays due because whoever sent it may not know of all of it: by the cases that it is of.

use chassis::db::tenant_table;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_009300_keep_rests"
    }
}

const TABLES: &str = "
CREATE TABLE transfer_rest (
    school_id TEXT NOT NULL, transfer_id TEXT NOT NULL, case_id TEXT NOT NULL,
    PRIMARY KEY (school_id, transfer_id, case_id));
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLES).await?;
        tenant_table(manager, "transfer_rest", "school_id").await
    }
}
