//! The marks that kept answers on what is in force are held against. The database itself gives a new one with every
//! write that such an answer is made of, so that no code that writes can forget to.

use chassis::db::tenant_table_with;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000600_create_policy_mark"
    }
}

/// A school's mark, and under no school the authority's. `{random}` is never drawn twice, not even by a database that
/// was put back from a backup.
const TABLE: &str = "
CREATE TABLE policy_mark (school_id TEXT PRIMARY KEY, mark TEXT NOT NULL);
INSERT INTO policy_mark (school_id, mark) VALUES ('', {random});
INSERT INTO policy_mark (school_id, mark)
    SELECT school_id, {random} FROM instance WHERE effective_us IS NOT NULL GROUP BY school_id;
";

/// A draft is in no answer: only what is, was or will be in force moves a mark.
const POSTGRES: &str = "
CREATE FUNCTION policy_mark_anew(school TEXT) RETURNS void LANGUAGE sql AS $$
    INSERT INTO policy_mark (school_id, mark) VALUES (school, gen_random_uuid()::text)
        ON CONFLICT (school_id) DO UPDATE SET mark = excluded.mark $$;
CREATE FUNCTION policy_mark_instance() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' AND OLD.effective_us IS NOT NULL THEN PERFORM policy_mark_anew(OLD.school_id); END IF;
    IF TG_OP <> 'DELETE' AND NEW.effective_us IS NOT NULL THEN PERFORM policy_mark_anew(NEW.school_id); END IF;
    RETURN NULL; END $$;
CREATE TRIGGER policy_mark_instance AFTER INSERT OR UPDATE OR DELETE ON instance
    FOR EACH ROW EXECUTE FUNCTION policy_mark_instance();
CREATE FUNCTION policy_mark_authority() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM policy_mark_anew('');
    RETURN NULL; END $$;
CREATE TRIGGER policy_mark_register AFTER INSERT OR UPDATE OR DELETE ON agency_register
    FOR EACH STATEMENT EXECUTE FUNCTION policy_mark_authority();
CREATE TRIGGER policy_mark_template AFTER UPDATE OR DELETE ON template
    FOR EACH STATEMENT EXECUTE FUNCTION policy_mark_authority();
CREATE FUNCTION policy_marks(schools TEXT, reach TEXT, school TEXT)
    RETURNS TABLE (own TEXT, authority TEXT) LANGUAGE plpgsql AS $$ BEGIN
    PERFORM set_config('hedgerow.schools', schools, true), set_config('hedgerow.reach', reach, true);
    RETURN QUERY SELECT (SELECT mark FROM policy_mark WHERE school_id = school),
                        (SELECT mark FROM policy_mark WHERE school_id = ''); END $$;
";

/// SQLite has a trigger for each kind of write. A template version is never written again; where one is, its answers go.
const SQLITE: [(&str, &str, &str); 9] = [
    ("INSERT ON instance", "WHEN NEW.effective_us IS NOT NULL", "NEW.school_id"),
    ("UPDATE ON instance", "WHEN OLD.effective_us IS NOT NULL", "OLD.school_id"),
    ("UPDATE ON instance", "WHEN NEW.effective_us IS NOT NULL", "NEW.school_id"),
    ("DELETE ON instance", "WHEN OLD.effective_us IS NOT NULL", "OLD.school_id"),
    ("INSERT ON agency_register", "", "''"),
    ("UPDATE ON agency_register", "", "''"),
    ("DELETE ON agency_register", "", "''"),
    ("UPDATE ON template", "", "''"),
    ("DELETE ON template", "", "''"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            // Row-level security binds the owner too, who here reads every instance there is.
            db.execute_unprepared("SELECT set_config('hedgerow.reach', 'authority', true)").await?;
            db.execute_unprepared(&TABLE.replace("{random}", "gen_random_uuid()::text")).await?;
            db.execute_unprepared(POSTGRES).await?;
        } else {
            const RANDOM: &str = "lower(hex(randomblob(16)))";
            db.execute_unprepared(&TABLE.replace("{random}", RANDOM)).await?;
            for (nth, (write, when, school)) in SQLITE.iter().enumerate() {
                let trigger = format!(
                    "CREATE TRIGGER policy_mark_{nth} AFTER {write} {when} BEGIN \
                     INSERT INTO policy_mark (school_id, mark) VALUES ({school}, {RANDOM}) \
                     ON CONFLICT (school_id) DO UPDATE SET mark = excluded.mark; END"
                );
                db.execute_unprepared(&trigger).await?;
            }
        }
        // The authority's mark is read at every school. It says that something changed, and not what.
        let rule = "current_setting('hedgerow.reach', true) = 'authority' OR school_id = '' \
                    OR school_id = ANY (string_to_array(current_setting('hedgerow.schools', true), ','))";
        tenant_table_with(manager, "policy_mark", rule).await
    }
}
