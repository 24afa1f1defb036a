//! Reports that the head signed.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007200_create_report_version"
    }
}

/// `{bytes}` is the engine's type for bytes. `content` is what the digest is of; `body` says who signed it and seals what
/// was written.
const TABLES: &str = "
CREATE TABLE report_version (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, term_id TEXT NOT NULL, version BIGINT NOT NULL,
    content {bytes} NOT NULL, body {bytes} NOT NULL);
CREATE UNIQUE INDEX report_version_of_term ON report_version (school_id, term_id, version);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        tenant_table(manager, "report_version", "school_id").await
    }
}
