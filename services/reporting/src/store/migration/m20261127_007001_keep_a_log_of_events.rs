//! A log of every event that was heard, and figures counted from it in generations: by day and day of knowledge, by stretch of
//! days, and how schools stand. What was counted by term before cannot be told apart by day, and is let go of.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007001_keep_a_log_of_events"
    }
}

const TABLES: &str = "
DROP TABLE tally;
DROP TABLE coverage_day;
DROP TABLE school_state;
CREATE TABLE progress (
    id INTEGER PRIMARY KEY, last_seq BIGINT NOT NULL, newest_us BIGINT, generation BIGINT NOT NULL, building BIGINT,
    built_seq BIGINT NOT NULL);
INSERT INTO progress (id, last_seq, generation, built_seq) VALUES (1, 0, 1, 0);
CREATE TABLE event_log (
    seq BIGINT PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, school_id TEXT NOT NULL, time_us BIGINT NOT NULL,
    kind TEXT NOT NULL, envelope {bytes} NOT NULL);
CREATE TABLE cell (
    generation BIGINT NOT NULL, fact TEXT NOT NULL, school_id TEXT NOT NULL, day TEXT NOT NULL, dims TEXT NOT NULL,
    known TEXT NOT NULL, count BIGINT NOT NULL, PRIMARY KEY (generation, fact, school_id, day, dims, known));
CREATE TABLE span_cell (
    generation BIGINT NOT NULL, fact TEXT NOT NULL, span TEXT NOT NULL, school_id TEXT NOT NULL, dims TEXT NOT NULL,
    count BIGINT NOT NULL, PRIMARY KEY (generation, fact, span, school_id, dims));
CREATE TABLE school_state (
    generation BIGINT NOT NULL, school_id TEXT NOT NULL, known_us BIGINT, review_due_us BIGINT,
    error_findings BIGINT NOT NULL, policy_at TEXT NOT NULL, last_feed_us BIGINT, silent_feeds BIGINT NOT NULL,
    silent_at TEXT NOT NULL, PRIMARY KEY (generation, school_id));
CREATE TABLE statement (
    generation BIGINT NOT NULL, school_id TEXT NOT NULL, slot TEXT NOT NULL, said_at TEXT NOT NULL, event_id TEXT NOT NULL,
    PRIMARY KEY (generation, school_id, slot, said_at));
";

/// What was heard is never changed: the database itself refuses.
const SQLITE_APPEND_ONLY: &str = "
CREATE TRIGGER event_log_no_update BEFORE UPDATE ON event_log
    BEGIN SELECT RAISE(ABORT, 'the log of events is only added to'); END;
CREATE TRIGGER event_log_no_delete BEFORE DELETE ON event_log
    BEGIN SELECT RAISE(ABORT, 'the log of events is only added to'); END;
";
const POSTGRES_APPEND_ONLY: &str = "
CREATE FUNCTION event_log_is_only_added_to() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS
    $$ BEGIN RAISE EXCEPTION 'the log of events is only added to'; END $$;
CREATE TRIGGER event_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_log
    FOR EACH STATEMENT EXECUTE FUNCTION event_log_is_only_added_to();
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(&TABLES.replace("{bytes}", bytes_type(manager))).await?;
        let postgres = manager.get_database_backend() == DatabaseBackend::Postgres;
        db.execute_unprepared(if postgres { POSTGRES_APPEND_ONLY } else { SQLITE_APPEND_ONLY }).await?;
        for table in ["event_log", "cell", "span_cell", "school_state", "statement"] {
            tenant_table(manager, table, "school_id").await?;
        }
        Ok(())
    }
}
