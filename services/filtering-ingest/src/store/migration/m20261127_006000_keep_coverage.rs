//! Whether feeds do what is expected of them, what is counted for ever, and what was deleted.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_006000_keep_coverage"
    }
}

const TABLES: &str = "
CREATE TABLE coverage_hour (
    feed_id TEXT NOT NULL, hour_us BIGINT NOT NULL, school_id TEXT NOT NULL, events BIGINT NOT NULL,
    minutes BIGINT NOT NULL, received BIGINT NOT NULL, malformed BIGINT NOT NULL, duplicates BIGINT NOT NULL,
    ahead BIGINT NOT NULL, lag_min_s BIGINT, lag_max_s BIGINT, batches BIGINT NOT NULL, observed BIGINT NOT NULL,
    device BIGINT NOT NULL, address BIGINT NOT NULL, person BIGINT NOT NULL, timed BIGINT NOT NULL,
    content BIGINT NOT NULL, mapped BIGINT NOT NULL, PRIMARY KEY (feed_id, hour_us));
CREATE TABLE rollup_hour (
    feed_id TEXT NOT NULL, hour_us BIGINT NOT NULL, category TEXT NOT NULL, outcome TEXT NOT NULL,
    school_id TEXT NOT NULL, count BIGINT NOT NULL, PRIMARY KEY (feed_id, hour_us, category, outcome));
CREATE INDEX rollup_school ON rollup_hour (school_id, hour_us);
CREATE TABLE fingerprint_hour (
    feed_id TEXT NOT NULL, hour_us BIGINT NOT NULL, school_id TEXT NOT NULL, body {bytes} NOT NULL,
    PRIMARY KEY (feed_id, hour_us));
CREATE INDEX fingerprint_age ON fingerprint_hour (hour_us);
CREATE TABLE delivery_seen (
    feed_id TEXT NOT NULL, delivery_id TEXT NOT NULL, school_id TEXT NOT NULL, events BIGINT NOT NULL,
    duplicates BIGINT NOT NULL, last_us BIGINT NOT NULL, PRIMARY KEY (feed_id, delivery_id));
CREATE INDEX delivery_seen_age ON delivery_seen (school_id, last_us);
CREATE TABLE feed_rhythm (id TEXT PRIMARY KEY, school_id TEXT NOT NULL, body {bytes} NOT NULL);
CREATE TABLE feed_coverage (
    feed_id TEXT PRIMARY KEY, school_id TEXT NOT NULL, silent INTEGER NOT NULL, body {bytes} NOT NULL);
CREATE INDEX feed_coverage_school ON feed_coverage (school_id, silent);
CREATE TABLE coverage_day (
    school_id TEXT NOT NULL, feed_id TEXT NOT NULL, date TEXT NOT NULL, counted_us BIGINT NOT NULL,
    body {bytes} NOT NULL, PRIMARY KEY (school_id, feed_id, date));
CREATE TABLE coverage_recount (
    school_id TEXT NOT NULL, date TEXT NOT NULL, PRIMARY KEY (school_id, date));
CREATE TABLE school_year (
    school_id TEXT PRIMARY KEY, body {bytes} NOT NULL, counted_until TEXT NOT NULL, deleted_month BIGINT NOT NULL);
CREATE TABLE log_deletion (id TEXT PRIMARY KEY, school_id TEXT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX log_deletion_school ON log_deletion (school_id, id);
CREATE INDEX rejected_line_age ON rejected_line (school_id, received_us);
CREATE INDEX episode_school ON episode (school_id, id);
INSERT INTO delivery_seen (feed_id, delivery_id, school_id, events, duplicates, last_us)
    SELECT feed_id, delivery_id, school_id, 0, 0, {now} FROM delivery;
INSERT INTO rollup_hour (feed_id, hour_us, category, outcome, school_id, count)
    SELECT feed_id, event_us - event_us % 3600000000,
           CASE WHEN category IN ('education_sensitive', 'sensitive_identity') THEN 'not_named' ELSE category END,
           outcome, MIN(school_id), COUNT(*)
    FROM observation GROUP BY 1, 2, 3, 4;
";

/// Every table of them.
const ALL: [&str; 10] = [
    "coverage_hour",
    "rollup_hour",
    "fingerprint_hour",
    "delivery_seen",
    "feed_rhythm",
    "feed_coverage",
    "coverage_day",
    "coverage_recount",
    "school_year",
    "log_deletion",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let postgres = manager.get_database_backend() == DatabaseBackend::Postgres;
        if postgres {
            // Row-level security binds the owner too, who here reads what every school has.
            db.execute_unprepared("SELECT set_config('hedgerow.reach', 'authority', true)").await?;
        }
        let now = if postgres {
            "(EXTRACT(EPOCH FROM now()) * 1000000)::bigint"
        } else {
            "CAST(strftime('%s', 'now') AS INTEGER) * 1000000"
        };
        let tables = TABLES.replace("{bytes}", bytes_type(manager)).replace("{now}", now);
        db.execute_unprepared(&tables).await?;
        for table in ALL {
            tenant_table(manager, table, "school_id").await?;
        }
        Ok(())
    }
}
