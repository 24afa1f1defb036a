//! Requests for what is kept about a learner, what was decided about each record, and lists that were taken out.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_002500_keep_access_requests"
    }
}

const TABLES: &str = "
CREATE TABLE access_request (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, learner_token {bytes} NOT NULL, state TEXT NOT NULL,
    body {bytes} NOT NULL);
CREATE INDEX access_request_of ON access_request (school_id, learner_token);
CREATE TABLE access_decision (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, access_request_id TEXT NOT NULL, record_id TEXT NOT NULL,
    body {bytes} NOT NULL);
CREATE INDEX access_decision_of ON access_decision (school_id, access_request_id);
CREATE TABLE register_export (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, account_token {bytes} NOT NULL, body {bytes} NOT NULL);
CREATE INDEX register_export_of ON register_export (school_id, account_token);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        for table in ["access_request", "access_decision", "register_export"] {
            tenant_table(manager, table, "school_id").await?;
        }
        Ok(())
    }
}
