//! Webhooks: programs that are told, and what is sent to them.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::ConnectionTrait as _, sea_orm::DbErr,
};

/// Creates the tables `webhook` and `webhook_attempt`.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_000106_create_webhook"
    }
}

/// `body` is sealed: the address, the secrets, the signing keys. An empty school is the authority.
const TABLES: &str = "
CREATE TABLE webhook (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, kinds TEXT NOT NULL, enabled BOOLEAN NOT NULL, reason TEXT NOT NULL,
    created_us BIGINT NOT NULL, failing_us BIGINT, body {bytes} NOT NULL);
CREATE INDEX webhook_school ON webhook (school_id);
CREATE TABLE webhook_attempt (
    id TEXT PRIMARY KEY, webhook_id TEXT NOT NULL REFERENCES webhook (id), school_id TEXT NOT NULL, kind TEXT NOT NULL,
    payload TEXT NOT NULL, created_us BIGINT NOT NULL, due_us BIGINT NOT NULL, state TEXT NOT NULL, tries BIGINT NOT NULL,
    tried_us BIGINT, lease_us BIGINT NOT NULL, status BIGINT NOT NULL, error TEXT NOT NULL);
CREATE INDEX webhook_attempt_due ON webhook_attempt (due_us) WHERE state = 'queued';
CREATE INDEX webhook_attempt_webhook ON webhook_attempt (webhook_id, id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&sql).await?;
        tenant_table(manager, "webhook", "school_id").await?;
        tenant_table(manager, "webhook_attempt", "school_id").await
    }
}
