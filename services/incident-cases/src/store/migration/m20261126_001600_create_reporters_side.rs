//! The reporter's side of concerns: what was added and not read, photos of notes, the public report page with its
//! receipts.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_001600_create_reporters_side"
    }
}

const TABLES: &str = "
ALTER TABLE concern ADD COLUMN added INTEGER NOT NULL DEFAULT 0;
CREATE TABLE attachment (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, record_id TEXT NOT NULL, body {bytes} NOT NULL, content {bytes});
CREATE INDEX attachment_of_record ON attachment (school_id, record_id);
CREATE TABLE public_report (
    school_id TEXT PRIMARY KEY, school_name TEXT NOT NULL, code TEXT NOT NULL UNIQUE, is_open INTEGER NOT NULL,
    read_from TEXT NOT NULL, read_to TEXT NOT NULL, updated_us BIGINT NOT NULL);
CREATE TABLE public_receipt (
    school_id TEXT NOT NULL, token {bytes} NOT NULL, concern_id TEXT NOT NULL, created_us BIGINT NOT NULL,
    PRIMARY KEY (school_id, token));
CREATE INDEX public_receipt_of_late ON public_receipt (school_id, created_us);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        for table in ["attachment", "public_report", "public_receipt"] {
            tenant_table(manager, table, "school_id").await?;
        }
        Ok(())
    }
}
