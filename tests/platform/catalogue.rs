//! What PostgreSQL itself says of a database's tables and of the login a service has: read from its catalogue, so that
//! a table nobody thought of is found.

use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};

/// Tables that belong to no school, with the reason.
const OF_NO_SCHOOL: [(&str, &str); 11] = [
    ("seaql_migrations", "which migrations there were"),
    ("history_head", "the size and root of the history"),
    ("checkpoint", "signatures over the history"),
    ("outbox", "events, which hold ids and codes and are read by the relay alone"),
    ("inbox", "ids of events"),
    ("dead_letter", "events that could not be taken in"),
    ("once", "sealed answers, found by the account that asked"),
    ("denial", "how often an account was refused an rpc"),
    ("progress", "how far events are counted"),
    ("figure_moved", "how often the counts of a fact moved in a term, over all schools"),
    ("known_school", "the ids of the authority's schools"),
];

async fn texts(db: &DatabaseConnection, sql: &str, values: &[&str]) -> Vec<String> {
    let values = values.iter().map(|value| sea_orm::Value::from(*value));
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Everything that would let the login `app` past row-level security.
pub async fn lint(db: &DatabaseConnection, app: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let mut find = |what: &str, found: Vec<String>| findings.extend(found.into_iter().map(|f| format!("{f}: {what}")));
    let tables = "c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')";
    let all = texts(db, &format!("SELECT c.relname::text FROM pg_class c WHERE {tables}"), &[]).await;
    assert!(all.len() > OF_NO_SCHOOL.len() - 2, "the tables are there: {all:?}");
    let bare = format!(
        "SELECT c.relname::text FROM pg_class c WHERE {tables} AND NOT (c.relrowsecurity AND c.relforcerowsecurity \
         AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))"
    );
    let bare = texts(db, &bare, &[]).await;
    let known = |table: &String| OF_NO_SCHOOL.iter().any(|(name, _)| name == table);
    find(
        "row-level security is not enabled and forced with a policy",
        bare.into_iter().filter(|t| !known(t)).collect(),
    );
    let owned =
        format!("SELECT c.relname::text FROM pg_class c WHERE {tables} AND pg_has_role($1, c.relowner, 'MEMBER')");
    find("the service's login owns it", texts(db, &owned, &[app]).await);
    for privilege in ["TRUNCATE", "REFERENCES", "TRIGGER"] {
        let may =
            format!("SELECT c.relname::text FROM pg_class c WHERE {tables} AND has_table_privilege($1, c.oid, $2)");
        find(&format!("the service's login may {privilege}"), texts(db, &may, &[app, privilege]).await);
    }
    let mighty = "SELECT rolname::text FROM pg_roles WHERE pg_has_role($1, oid, 'MEMBER') \
                  AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)";
    find("it is above row-level security", texts(db, mighty, &[app]).await);
    let make = "SELECT nspname::text FROM pg_namespace WHERE has_schema_privilege($1, oid, 'CREATE')";
    find("the service's login may make tables there", texts(db, make, &[app]).await);
    let views = "SELECT relname::text FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace \
                 AND NOT COALESCE('security_invoker=true' = ANY (reloptions), false)";
    find("the view reads as its owner", texts(db, views, &[]).await);
    let functions = "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef \
                     AND NOT COALESCE(array_to_string(proconfig, ',') LIKE '%search_path=%', false)";
    find("it runs as its owner with the caller's search path", texts(db, functions, &[]).await);
    findings
}

/// The lint finds what it is for.
#[tokio::test]
async fn catalogue_lint_finds_what_would_let_a_login_past_row_level_security() {
    let ids = chassis::id::Ids::new(std::sync::Arc::new(chassis::clock::SystemClock));
    let database = chassis::testing::postgres("lint", &ids).await.unwrap();
    chassis_tables(&database).await;
    let owner = sea_orm::Database::connect(database.migrate_url.as_ref().unwrap()).await.unwrap();
    let app = database.url.split("://").nth(1).and_then(|rest| rest.split('@').next()).unwrap();
    assert_eq!(lint(&owner, app).await, Vec::<String>::new());
    for sql in [
        "CREATE TABLE forgotten (id TEXT)".to_owned(),
        format!("GRANT TRUNCATE ON cell TO {app}"),
        "ALTER TABLE school_state NO FORCE ROW LEVEL SECURITY".to_owned(),
        "CREATE VIEW all_cells AS SELECT * FROM cell".to_owned(),
    ] {
        owner.execute_unprepared(&sql).await.unwrap();
    }
    let findings = lint(&owner, app).await;
    for named in ["forgotten", "cell: the service's login may TRUNCATE", "school_state", "all_cells"] {
        assert!(findings.iter().any(|found| found.starts_with(named)), "{named} is found: {findings:?}");
    }
    assert_eq!(findings.len(), 4, "{findings:?}");
}

async fn chassis_tables(database: &chassis::config::Database) {
    reporting::migrate(database).await.unwrap();
}
