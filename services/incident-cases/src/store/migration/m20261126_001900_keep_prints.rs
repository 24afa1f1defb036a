//! Prints of cases: who made them, when and why.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_001900_keep_prints"
    }
}

const TABLE: &str = "
CREATE TABLE case_print (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, case_id TEXT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX case_print_of ON case_print (school_id, case_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = TABLE.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&table).await?;
        tenant_table(manager, "case_print", "school_id").await
    }
}
