//! The tables every service has beside its own: history, outbox, inbox, dead letters, answered requests.

use sea_orm::{ConnectionTrait as _, DatabaseBackend};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr};

/// The common migrations; a service puts them before its own.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(CreateCommonTables), Box::new(KeepPlaces), Box::new(IndexWhatWasShown), Box::new(NameRecords)]
}

/// Events keep the place they were given on the bus; denials are counted.
struct KeepPlaces;

impl MigrationName for KeepPlaces {
    fn name(&self) -> &'static str {
        "m20261125_000001_keep_places_count_denials"
    }
}

const PLACES: &str = "
ALTER TABLE outbox ADD COLUMN place TEXT;
CREATE INDEX outbox_published ON outbox (published_us, event_id);
CREATE TABLE denial (
    actor TEXT NOT NULL, rpc TEXT NOT NULL, minute BIGINT NOT NULL, count BIGINT NOT NULL,
    PRIMARY KEY (actor, rpc, minute));
";

#[async_trait::async_trait]
impl MigrationTrait for KeepPlaces {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(PLACES).await?;
        Ok(())
    }
}

/// Which entries of the history showed a record among others: found by the record, and read from the entry itself.
struct IndexWhatWasShown;

impl MigrationName for IndexWhatWasShown {
    fn name(&self) -> &'static str {
        "m20261126_002200_index_what_was_shown"
    }
}

const SHOWN: &str = "
CREATE TABLE history_shown (
    record_id TEXT NOT NULL, seq BIGINT NOT NULL, school_id TEXT, PRIMARY KEY (record_id, seq));
";

/// What earlier entries showed goes into it, too.
const SQLITE_SHOWN: &str = "
INSERT INTO history_shown (record_id, seq, school_id)
    SELECT DISTINCT shown.value, history.seq, history.school_id FROM history, json_each(history.detail, '$.ids') AS shown;
CREATE TRIGGER history_shown_no_update BEFORE UPDATE ON history_shown
    BEGIN SELECT RAISE(ABORT, 'history is only added to'); END;
CREATE TRIGGER history_shown_no_delete BEFORE DELETE ON history_shown
    BEGIN SELECT RAISE(ABORT, 'history is only added to'); END;
";
const POSTGRES_SHOWN: &str = "
SELECT set_config('hedgerow.reach', 'authority', true);
INSERT INTO history_shown (record_id, seq, school_id)
    SELECT DISTINCT shown.id, history.seq, history.school_id
    FROM history, jsonb_array_elements_text(history.detail::jsonb -> 'ids') AS shown(id);
SELECT set_config('hedgerow.reach', '', true);
CREATE TRIGGER history_shown_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON history_shown
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_only_added_to();
ALTER TABLE history_shown ENABLE ROW LEVEL SECURITY;
ALTER TABLE history_shown FORCE ROW LEVEL SECURITY;
CREATE POLICY history_shown_add ON history_shown FOR INSERT WITH CHECK (true);
CREATE POLICY history_shown_read ON history_shown FOR SELECT USING (
    current_setting('hedgerow.reach', true) = 'authority'
    OR school_id = ANY (string_to_array(current_setting('hedgerow.schools', true), ',')));
";

#[async_trait::async_trait]
impl MigrationTrait for IndexWhatWasShown {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(SHOWN).await?;
        let postgres = manager.get_database_backend() == DatabaseBackend::Postgres;
        db.execute_unprepared(if postgres { POSTGRES_SHOWN } else { SQLITE_SHOWN }).await?;
        Ok(())
    }
}

/// Answers that are kept say which record they are about, where they are about one: with it they are let go of.
struct NameRecords;

impl MigrationName for NameRecords {
    fn name(&self) -> &'static str {
        "m20261126_003000_name_records_of_answers"
    }
}

const RECORDS: &str = "
ALTER TABLE once ADD COLUMN record_id TEXT;
CREATE INDEX once_record ON once (record_id);
CREATE INDEX once_time ON once (time_us);
";

#[async_trait::async_trait]
impl MigrationTrait for NameRecords {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(RECORDS).await?;
        Ok(())
    }
}

struct CreateCommonTables;

impl MigrationName for CreateCommonTables {
    fn name(&self) -> &'static str {
        "m20261124_000001_create_common_tables"
    }
}

/// `{bytes}` is the engine's type for bytes.
const TABLES: &str = "
CREATE TABLE history (
    seq BIGINT PRIMARY KEY, time_us BIGINT NOT NULL, school_id TEXT, actor TEXT NOT NULL, request_id TEXT NOT NULL,
    action TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL, state_table TEXT, state_digest TEXT,
    salt TEXT NOT NULL, leaf_hash {bytes} NOT NULL);
CREATE INDEX history_subject ON history (subject, seq);
CREATE TABLE history_head (id INTEGER PRIMARY KEY, size BIGINT NOT NULL, frontier {bytes} NOT NULL);
INSERT INTO history_head (id, size, frontier) VALUES (1, 0, {nothing});
CREATE TABLE checkpoint (size BIGINT PRIMARY KEY, time_us BIGINT NOT NULL, note TEXT NOT NULL);
CREATE TABLE outbox (
    event_id TEXT PRIMARY KEY, aggregate_id TEXT NOT NULL, aggregate_seq BIGINT NOT NULL, envelope {bytes} NOT NULL,
    published_us BIGINT, UNIQUE (aggregate_id, aggregate_seq));
CREATE INDEX outbox_unpublished ON outbox (event_id) WHERE published_us IS NULL;
CREATE TABLE inbox (consumer TEXT NOT NULL, event_id TEXT NOT NULL, PRIMARY KEY (consumer, event_id));
CREATE TABLE dead_letter (
    consumer TEXT NOT NULL, event_id TEXT NOT NULL, envelope {bytes} NOT NULL, reason TEXT NOT NULL,
    time_us BIGINT NOT NULL, PRIMARY KEY (consumer, event_id));
CREATE TABLE once (
    actor TEXT NOT NULL, request_id TEXT NOT NULL, digest {bytes} NOT NULL, answer {bytes} NOT NULL,
    time_us BIGINT NOT NULL, PRIMARY KEY (actor, request_id));
";

/// What was written into history is never changed: the database itself refuses.
const SQLITE_APPEND_ONLY: &str = "
CREATE TRIGGER history_no_update BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'history is only added to'); END;
CREATE TRIGGER history_no_delete BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'history is only added to'); END;
";
const POSTGRES_APPEND_ONLY: &str = "
CREATE FUNCTION history_is_only_added_to() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS
    $$ BEGIN RAISE EXCEPTION 'history is only added to'; END $$;
CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON history
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_only_added_to();
ALTER TABLE history ENABLE ROW LEVEL SECURITY;
ALTER TABLE history FORCE ROW LEVEL SECURITY;
CREATE POLICY history_add ON history FOR INSERT WITH CHECK (true);
CREATE POLICY history_read ON history FOR SELECT USING (
    current_setting('hedgerow.reach', true) = 'authority'
    OR school_id = ANY (string_to_array(current_setting('hedgerow.schools', true), ',')));
";

#[async_trait::async_trait]
impl MigrationTrait for CreateCommonTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let postgres = manager.get_database_backend() == DatabaseBackend::Postgres;
        let (bytes, nothing) = if postgres { ("BYTEA", "''::bytea") } else { ("BLOB", "X''") };
        db.execute_unprepared(&TABLES.replace("{bytes}", bytes).replace("{nothing}", nothing)).await?;
        db.execute_unprepared(if postgres { POSTGRES_APPEND_ONLY } else { SQLITE_APPEND_ONLY }).await?;
        Ok(())
    }
}

/// The engine's type for bytes, for tables written as SQL.
pub fn bytes_type(manager: &SchemaManager<'_>) -> &'static str {
    match manager.get_database_backend() {
        DatabaseBackend::Postgres => "BYTEA",
        _ => "BLOB",
    }
}

/// Puts a table under row-level security by the school in `column`; nothing to do on SQLite, which has none.
///
/// # Errors
/// Where the statement fails.
pub async fn tenant_table(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), DbErr> {
    tenant_table_with(
        manager,
        table,
        &format!(
            "current_setting('hedgerow.reach', true) = 'authority' \
             OR {column} = ANY (string_to_array(current_setting('hedgerow.schools', true), ','))"
        ),
    )
    .await
}

/// Puts a table under row-level security by a rule of its own; nothing to do on SQLite, which has none.
///
/// # Errors
/// Where the statement fails.
pub async fn tenant_table_with(manager: &SchemaManager<'_>, table: &str, rule: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() != DatabaseBackend::Postgres {
        return Ok(());
    }
    let sql = format!(
        "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY; \
         CREATE POLICY {table}_tenant ON {table} USING ({rule}) WITH CHECK ({rule});"
    );
    manager.get_connection().execute_unprepared(&sql).await?;
    Ok(())
}
