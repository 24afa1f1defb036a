//! Contacts that cases mark, with the tokens they are compared by, and the matches that schools and the safeguarding desk
//! are told of.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_003500_mark_contacts"
    }
}

const TABLES: &str = "
CREATE TABLE contact (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, case_id TEXT NOT NULL, token {bytes} NOT NULL,
    marked_us BIGINT NOT NULL, ended_us BIGINT NOT NULL, compared INTEGER NOT NULL, ring {bytes} NOT NULL,
    body {bytes} NOT NULL);
CREATE INDEX contact_case ON contact (school_id, case_id);
CREATE INDEX contact_marked ON contact (school_id, marked_us);
CREATE INDEX contact_token ON contact (token);
CREATE INDEX contact_new ON contact (compared, id);
CREATE TABLE contact_match (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, case_id TEXT NOT NULL, contact_id TEXT NOT NULL,
    other_contact_id TEXT NOT NULL, noted INTEGER NOT NULL, body {bytes} NOT NULL,
    UNIQUE (school_id, contact_id, other_contact_id));
CREATE INDEX contact_match_case ON contact_match (school_id, case_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(&TABLES.replace("{bytes}", bytes_type(manager))).await?;
        tenant_table(manager, "contact", "school_id").await?;
        tenant_table(manager, "contact_match", "school_id").await
    }
}
