//! What schools are called, apart from the rest of their record, since the authority's other schools may read it.

use chassis::db::tenant_table_with;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261124_000110_create_school_name"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(
            "CREATE TABLE school_name (
                 id TEXT PRIMARY KEY, sort_name TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL);
             CREATE INDEX school_name_sort_name ON school_name (sort_name, id);",
        )
        .await?;
        let (name, kind) = match manager.get_database_backend() {
            // Row-level security binds the owner too, who here reads every school there is.
            DatabaseBackend::Postgres => {
                db.execute_unprepared("SELECT set_config('hedgerow.reach', 'authority', true)").await?;
                ("convert_from(body, 'UTF8')::json ->> 'name'", "convert_from(body, 'UTF8')::json ->> 'kind'")
            }
            _ => ("CAST(body AS TEXT) ->> '$.name'", "CAST(body AS TEXT) ->> '$.kind'"),
        };
        db.execute_unprepared(&format!("INSERT INTO school_name SELECT id, sort_name, {name}, {kind} FROM school"))
            .await?;
        tenant_table_with(manager, "school_name", "true").await
    }
}
