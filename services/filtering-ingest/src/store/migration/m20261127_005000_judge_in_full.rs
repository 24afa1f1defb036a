//! Noise on a side of its own, exceptions, suggestions that stand, whose an alert is and by when it is opened, and by whom
//! an observation was, by a keyed hash that tells nobody who.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_005000_judge_in_full"
    }
}

/// The equation of the ledger is a constraint of its table; SQLite changes none, so the table is written anew there.
const POSTGRES_LEDGER: &str = "
ALTER TABLE ledger_hour ADD COLUMN noise BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ledger_hour DROP CONSTRAINT ledger_hour_check;
ALTER TABLE ledger_hour ADD CONSTRAINT ledger_hour_balanced
    CHECK (received = kept + folded + excepted + noise + rejected);
";
const SQLITE_LEDGER: &str = "
CREATE TABLE ledger_hour_balanced (
    feed_id TEXT NOT NULL, hour_us BIGINT NOT NULL, school_id TEXT NOT NULL, received BIGINT NOT NULL,
    kept BIGINT NOT NULL, folded BIGINT NOT NULL, excepted BIGINT NOT NULL, noise BIGINT NOT NULL DEFAULT 0,
    rejected BIGINT NOT NULL, alerts BIGINT NOT NULL, PRIMARY KEY (feed_id, hour_us),
    CHECK (received = kept + folded + excepted + noise + rejected));
INSERT INTO ledger_hour_balanced (feed_id, hour_us, school_id, received, kept, folded, excepted, rejected, alerts)
    SELECT feed_id, hour_us, school_id, received, kept, folded, excepted, rejected, alerts FROM ledger_hour;
DROP TABLE ledger_hour;
ALTER TABLE ledger_hour_balanced RENAME TO ledger_hour;
";

/// An alert's readers are 5 where it is from before: the lead, deputies and head, as `alert::Readers` has them.
const TABLES: &str = "
ALTER TABLE observation ADD COLUMN actor TEXT NOT NULL DEFAULT '';
CREATE INDEX observation_actor ON observation (school_id, actor, event_us);
ALTER TABLE alert ADD COLUMN rule_id TEXT NOT NULL DEFAULT '';
ALTER TABLE alert ADD COLUMN raised_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE alert ADD COLUMN readers INTEGER NOT NULL DEFAULT 5;
ALTER TABLE alert ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE alert ADD COLUMN pass_us BIGINT NOT NULL DEFAULT 9223372036854775807;
CREATE INDEX alert_raised ON alert (school_id, raised_us);
CREATE INDEX alert_pass ON alert (pass_us, id);
CREATE TABLE exception (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, decided INTEGER NOT NULL, approved INTEGER NOT NULL,
    until_us BIGINT NOT NULL, used BIGINT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX exception_list ON exception (school_id, decided, id);
CREATE INDEX exception_holding ON exception (school_id, approved, until_us);
CREATE TABLE suggestion (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, feed_id TEXT NOT NULL, received_us BIGINT NOT NULL,
    body {bytes} NOT NULL);
CREATE INDEX suggestion_feed ON suggestion (feed_id, received_us);
CREATE INDEX suggestion_time ON suggestion (received_us, id);
CREATE TABLE recipient (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, account_id TEXT NOT NULL, body {bytes} NOT NULL);
CREATE UNIQUE INDEX recipient_account ON recipient (school_id, account_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let ledger = match manager.get_database_backend() {
            DatabaseBackend::Postgres => POSTGRES_LEDGER,
            _ => SQLITE_LEDGER,
        };
        db.execute_unprepared(ledger).await?;
        db.execute_unprepared(&TABLES.replace("{bytes}", bytes_type(manager))).await?;
        for table in ["exception", "suggestion", "recipient"] {
            tenant_table(manager, table, "school_id").await?;
        }
        Ok(())
    }
}
