//! Register entries, and the files of imports that are previewed: a school's own.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261124_000300_create_register_entry"
    }
}

/// `{bytes}` is the engine's type for bytes.
const TABLES: &str = "
CREATE TABLE register_entry (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, register TEXT NOT NULL, supersedes TEXT UNIQUE,
    added_us BIGINT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX register_entry_of_register ON register_entry (school_id, register, id);
CREATE TABLE register_preview (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, added_us BIGINT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX register_preview_of_school ON register_preview (school_id, added_us);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        tenant_table(manager, "register_entry", "school_id").await?;
        tenant_table(manager, "register_preview", "school_id").await
    }
}
