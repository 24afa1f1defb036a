//! Kept observations in blocks: one row, sealed once, for many of one feed and hour. What was kept one by one before is put
//! into blocks by the service as it starts, since only it has the keys. On PostgreSQL blocks go by the month they were
//! kept in, as observations did: an id begins with the time it was made, so ranges of ids are months.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007500_seal_in_blocks"
    }
}

/// Ids are compared byte by byte, wherever the database is from.
const TABLE: &str = "
CREATE TABLE observation_block (
    id TEXT {bytewise} PRIMARY KEY, school_id TEXT NOT NULL, feed_id TEXT NOT NULL, hour_us BIGINT NOT NULL,
    first_us BIGINT NOT NULL, last_us BIGINT NOT NULL, count BIGINT NOT NULL, actors {bytes} NOT NULL,
    body {bytes} NOT NULL){by_month};
CREATE INDEX observation_block_hour ON observation_block (school_id, hour_us);
";

/// What is sealed cannot be packed any further: PostgreSQL is told not to try.
const POSTGRES: &str = "
CREATE TABLE observation_block_rest PARTITION OF observation_block DEFAULT;
ALTER TABLE observation_block ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE observation_block ALTER COLUMN actors SET STORAGE EXTERNAL;
CREATE FUNCTION observation_block_month(month TEXT, first TEXT, next TEXT) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        part TEXT := 'observation_block_' || month;
        reach TEXT := coalesce(current_setting('hedgerow.reach', true), '');
    BEGIN
    IF month !~ '^[0-9]{4}_[0-9]{2}$' OR to_regclass(part) IS NOT NULL THEN RETURN; END IF;
    SET LOCAL lock_timeout = '2s';
    PERFORM set_config('hedgerow.reach', 'authority', true);
    EXECUTE format('CREATE TABLE %I (LIKE observation_block INCLUDING DEFAULTS INCLUDING INDEXES INCLUDING STORAGE)',
                   part);
    EXECUTE format('WITH moved AS (DELETE FROM observation_block_rest WHERE id >= %L AND id < %L RETURNING *) '
                   'INSERT INTO %I SELECT * FROM moved', first, next, part);
    EXECUTE format('ALTER TABLE observation_block ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   part, first, next);
    PERFORM observation_secure(part);
    PERFORM set_config('hedgerow.reach', reach, true); END $$;
CREATE FUNCTION observation_block_drop(before TEXT) RETURNS BIGINT
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        part TEXT;
        dropped BIGINT := 0;
    BEGIN
    SET LOCAL lock_timeout = '2s';
    FOR part IN SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'observation_block'::regclass AND c.relname ~ '^observation_block_[0-9]{4}_[0-9]{2}$'
          AND substr(c.relname::text, 19) COLLATE \"C\" < before COLLATE \"C\"
    LOOP
        EXECUTE format('DROP TABLE %I', part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped; END $$;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let postgres = manager.get_database_backend() == DatabaseBackend::Postgres;
        let (bytewise, by_month) = if postgres { ("COLLATE \"C\"", " PARTITION BY RANGE (id)") } else { ("", "") };
        let table = TABLE
            .replace("{bytes}", bytes_type(manager))
            .replace("{bytewise}", bytewise)
            .replace("{by_month}", by_month);
        db.execute_unprepared(&table).await?;
        tenant_table(manager, "observation_block", "school_id").await?;
        if postgres {
            db.execute_unprepared(POSTGRES).await?;
            db.execute_unprepared("SELECT observation_secure('observation_block_rest')").await?;
        }
        Ok(())
    }
}
