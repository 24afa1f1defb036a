//! Feeds, how their lines were accounted for, what was kept, and alerts.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261124_000100_create_feeds"
    }
}

const TABLES: &str = "
CREATE TABLE feed (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, name TEXT NOT NULL, received_us BIGINT, body {bytes} NOT NULL);
CREATE INDEX feed_school ON feed (school_id, name);
CREATE TABLE record_key (record_id TEXT PRIMARY KEY, school_id TEXT NOT NULL, wrapped {bytes} NOT NULL);
CREATE TABLE delivery (
    feed_id TEXT NOT NULL, delivery_id TEXT NOT NULL, school_id TEXT NOT NULL, acknowledged BIGINT NOT NULL,
    PRIMARY KEY (feed_id, delivery_id));
CREATE TABLE ledger_hour (
    feed_id TEXT NOT NULL, hour_us BIGINT NOT NULL, school_id TEXT NOT NULL, received BIGINT NOT NULL,
    kept BIGINT NOT NULL, folded BIGINT NOT NULL, excepted BIGINT NOT NULL, rejected BIGINT NOT NULL,
    alerts BIGINT NOT NULL, PRIMARY KEY (feed_id, hour_us),
    CHECK (received = kept + folded + excepted + rejected));
CREATE TABLE rejected_line (
    id TEXT PRIMARY KEY, feed_id TEXT NOT NULL, school_id TEXT NOT NULL, delivery_id TEXT NOT NULL,
    line BIGINT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, received_us BIGINT NOT NULL);
CREATE INDEX rejected_line_feed ON rejected_line (feed_id, id);
CREATE TABLE observation (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, feed_id TEXT NOT NULL, event_us BIGINT NOT NULL,
    category TEXT NOT NULL, outcome TEXT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX observation_time ON observation (school_id, event_us);
CREATE TABLE episode (id TEXT PRIMARY KEY, school_id TEXT NOT NULL, body {bytes} NOT NULL);
CREATE TABLE alert (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, feed_id TEXT NOT NULL, verdict TEXT NOT NULL,
    answered INTEGER NOT NULL, severity_rank INTEGER NOT NULL, body {bytes} NOT NULL);
CREATE INDEX alert_inbox ON alert (school_id, answered, severity_rank, id);
CREATE TABLE policy_copy (school_id TEXT PRIMARY KEY, body {bytes} NOT NULL);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        for table in [
            "feed",
            "record_key",
            "delivery",
            "ledger_hour",
            "rejected_line",
            "observation",
            "episode",
            "alert",
            "policy_copy",
        ] {
            tenant_table(manager, table, "school_id").await?;
        }
        Ok(())
    }
}
