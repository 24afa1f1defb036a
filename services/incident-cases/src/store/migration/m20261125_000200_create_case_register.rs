//! Devices held, searches and disclosures: registers of a school whose entries may belong to a case.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000200_create_case_register"
    }
}

const TABLES: &str = "
CREATE TABLE case_register (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, kind TEXT NOT NULL, case_id TEXT NOT NULL, state TEXT NOT NULL,
    version BIGINT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX case_register_list ON case_register (school_id, kind, id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        tenant_table(manager, "case_register", "school_id").await
    }
}
