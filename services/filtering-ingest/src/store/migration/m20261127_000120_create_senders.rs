//! Senders, their ledger, and what waits because its school is not known. Deliveries keep what became of them.

use chassis::db::{migration::bytes_type, tenant_table, tenant_table_with};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_000120_create_senders"
    }
}

/// A sender holds its own rows, as a school holds its: so do the rows of `delivery` and `record_key` that are a sender's.
const TABLES: &str = "
ALTER TABLE delivery ADD COLUMN body {bytes};
CREATE TABLE sender (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, name TEXT NOT NULL, secret {bytes} NOT NULL, old_secret {bytes},
    old_until_us BIGINT, certificate TEXT, peer TEXT, ended_us BIGINT, received_us BIGINT,
    outside_us BIGINT, critical_us BIGINT, full_us BIGINT, body {bytes} NOT NULL);
CREATE INDEX sender_school ON sender (school_id, name);
CREATE UNIQUE INDEX sender_secret ON sender (secret);
CREATE INDEX sender_old_secret ON sender (old_secret);
CREATE UNIQUE INDEX sender_certificate ON sender (certificate);
CREATE UNIQUE INDEX sender_peer ON sender (peer);
CREATE TABLE sender_hour (
    sender_id TEXT NOT NULL, hour_us BIGINT NOT NULL, received BIGINT NOT NULL, observations BIGINT NOT NULL,
    refused BIGINT NOT NULL, duplicate BIGINT NOT NULL, quarantined BIGINT NOT NULL, PRIMARY KEY (sender_id, hour_us),
    CHECK (received = observations + refused + duplicate + quarantined));
CREATE TABLE quarantine (
    id TEXT PRIMARY KEY, sender_id TEXT NOT NULL, routing_key TEXT NOT NULL, reason TEXT NOT NULL, lines BIGINT NOT NULL,
    critical BIGINT NOT NULL, bytes BIGINT NOT NULL, received_us BIGINT NOT NULL, delivery_id TEXT NOT NULL,
    due INTEGER NOT NULL, body {bytes} NOT NULL);
CREATE INDEX quarantine_key ON quarantine (sender_id, routing_key, reason);
CREATE INDEX quarantine_due ON quarantine (due, id);
CREATE INDEX quarantine_time ON quarantine (received_us);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        let held = "string_to_array(current_setting('hedgerow.schools', true), ',')";
        let rule = format!(
            "current_setting('hedgerow.reach', true) = 'authority' OR school_id = ANY ({held}) OR id = ANY ({held})"
        );
        tenant_table_with(manager, "sender", &rule).await?;
        for table in ["sender_hour", "quarantine"] {
            tenant_table(manager, table, "sender_id").await?;
        }
        Ok(())
    }
}
