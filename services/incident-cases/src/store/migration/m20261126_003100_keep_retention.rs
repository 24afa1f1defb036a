//! When records are reviewed, what holds them, and the certificates of those that were destroyed. The day of a review is
//! kept as the first of its month: a whole day would tell whoever holds the database a child's birthday.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_003100_keep_retention"
    }
}

const TABLES: &str = "
CREATE TABLE retention (
    school_id TEXT NOT NULL, record_id TEXT NOT NULL, state TEXT NOT NULL, review_month INTEGER NOT NULL,
    held INTEGER NOT NULL, asked INTEGER NOT NULL, stale INTEGER NOT NULL, PRIMARY KEY (school_id, record_id));
CREATE INDEX retention_review ON retention (school_id, review_month, record_id);
CREATE INDEX retention_stale ON retention (record_id) WHERE stale = 1;
CREATE TABLE certificate (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, office TEXT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX certificate_list ON certificate (school_id, id);
CREATE TABLE certificate_grant (
    school_id TEXT NOT NULL, account_token {bytes} NOT NULL, part TEXT NOT NULL, certificate_id TEXT NOT NULL,
    PRIMARY KEY (school_id, account_token, part, certificate_id));
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        for table in ["retention", "certificate", "certificate_grant"] {
            tenant_table(manager, table, "school_id").await?;
        }
        Ok(())
    }
}
