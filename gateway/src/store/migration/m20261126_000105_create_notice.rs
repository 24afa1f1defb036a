//! Notices: where people are told, what waits to be sent to them, and which school opened an incident to others.

use chassis::db::{migration::bytes_type, tenant_table_with};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::ConnectionTrait as _, sea_orm::DbErr,
};

/// Creates the tables `notice_address`, `notice_confirmation`, `notice` and `shared_school`.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_000105_create_notice"
    }
}

/// `body` is sealed: addresses in the one, links in the other.
const TABLES: &str = "
CREATE TABLE notice_address (
    account_id TEXT PRIMARY KEY REFERENCES account (id), confirmed_us BIGINT, link {bytes}, link_us BIGINT,
    daily BOOLEAN NOT NULL, quiet_from BIGINT, quiet_to BIGINT, choices TEXT NOT NULL, body {bytes} NOT NULL);
CREATE TABLE notice_confirmation (
    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES account (id), address {bytes} NOT NULL,
    asked_us BIGINT NOT NULL);
CREATE INDEX notice_confirmation_asked ON notice_confirmation (asked_us);
CREATE TABLE notice (
    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES account (id), school_id TEXT NOT NULL, kind TEXT NOT NULL,
    created_us BIGINT NOT NULL, due_us BIGINT NOT NULL, state TEXT NOT NULL, tries BIGINT NOT NULL, tried_us BIGINT,
    lease_us BIGINT NOT NULL, lease TEXT NOT NULL, error TEXT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX notice_due ON notice (due_us) WHERE state = 'queued';
CREATE INDEX notice_account ON notice (account_id, state);
CREATE INDEX notice_lease ON notice (lease) WHERE lease <> '';
CREATE TABLE shared_school (shared_incident_id TEXT PRIMARY KEY, school_id TEXT NOT NULL);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&sql).await?;
        // As an account, they are reached by whoever reaches one of its appointments.
        for table in ["notice_address", "notice"] {
            let rule = format!(
                "current_setting('hedgerow.reach', true) = 'authority' \
                 OR EXISTS (SELECT 1 FROM appointment WHERE appointment.account_id = {table}.account_id)"
            );
            tenant_table_with(manager, table, &rule).await?;
        }
        for table in ["notice_confirmation", "shared_school"] {
            tenant_table_with(manager, table, "current_setting('hedgerow.reach', true) = 'authority'").await?;
        }
        Ok(())
    }
}
