//! Observations by the month they were kept in, on PostgreSQL: a month that is past its term goes as a whole, and what is
//! new is written where little else is. An id begins with the time it was made, so ranges of ids are months, and the table
//! looks as it did to whoever reads and writes it. SQLite has no such thing: there they are deleted a few at a time.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_006100_keep_by_month"
    }
}

/// What was kept before goes into the rest, from where the service sorts it into months. Ids are compared byte by byte,
/// wherever the database is from.
const MOVE: &str = "
ALTER TABLE observation ALTER COLUMN id TYPE TEXT COLLATE \"C\";
ALTER TABLE observation RENAME TO observation_whole;
CREATE TABLE observation (LIKE observation_whole INCLUDING DEFAULTS INCLUDING INDEXES) PARTITION BY RANGE (id);
CREATE TABLE observation_rest PARTITION OF observation DEFAULT;
INSERT INTO observation SELECT * FROM observation_whole;
DROP TABLE observation_whole;
";

/// Only the owner of a table may make and drop its months. The service may ask for it, by these functions alone: they take
/// no statement and no table's name, and what they tell row-level security is told back at their end.
const FUNCTIONS: &str = "
CREATE FUNCTION observation_secure(part TEXT) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY %I ON %I USING ({rule}) WITH CHECK ({rule})', part || '_tenant', part); END $$;
CREATE FUNCTION observation_month(month TEXT, first TEXT, next TEXT) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        part TEXT := 'observation_' || month;
        reach TEXT := coalesce(current_setting('hedgerow.reach', true), '');
    BEGIN
    IF month !~ '^[0-9]{4}_[0-9]{2}$' OR to_regclass(part) IS NOT NULL THEN RETURN; END IF;
    SET LOCAL lock_timeout = '2s';
    PERFORM set_config('hedgerow.reach', 'authority', true);
    EXECUTE format('CREATE TABLE %I (LIKE observation INCLUDING DEFAULTS INCLUDING INDEXES)', part);
    EXECUTE format('WITH moved AS (DELETE FROM observation_rest WHERE id >= %L AND id < %L RETURNING *) '
                   'INSERT INTO %I SELECT * FROM moved', first, next, part);
    EXECUTE format('ALTER TABLE observation ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, first, next);
    PERFORM observation_secure(part);
    PERFORM set_config('hedgerow.reach', reach, true); END $$;
CREATE FUNCTION observation_drop(before TEXT) RETURNS BIGINT
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        part TEXT;
        dropped BIGINT := 0;
    BEGIN
    SET LOCAL lock_timeout = '2s';
    FOR part IN SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'observation'::regclass AND c.relname ~ '^observation_[0-9]{4}_[0-9]{2}$'
          AND substr(c.relname::text, 13) COLLATE \"C\" < before COLLATE \"C\"
    LOOP
        EXECUTE format('DROP TABLE %I', part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped; END $$;
REVOKE EXECUTE ON FUNCTION observation_secure(TEXT) FROM PUBLIC;
";

/// The rule of every table of schools' rows, as a text within a text.
const RULE: &str = "current_setting(''hedgerow.reach'', true) = ''authority'' \
                    OR school_id = ANY (string_to_array(current_setting(''hedgerow.schools'', true), '',''))";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DatabaseBackend::Postgres {
            return Ok(());
        }
        let db = manager.get_connection();
        // Row-level security binds the owner too, who here moves what every school has.
        db.execute_unprepared("SELECT set_config('hedgerow.reach', 'authority', true)").await?;
        db.execute_unprepared(MOVE).await?;
        db.execute_unprepared(&FUNCTIONS.replace("{rule}", RULE)).await?;
        db.execute_unprepared("SELECT observation_secure('observation'), observation_secure('observation_rest')")
            .await?;
        Ok(())
    }
}
