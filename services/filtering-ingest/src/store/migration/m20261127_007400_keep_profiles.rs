//! Format profiles of schools and of the authority, with every version of their documents.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007400_keep_profiles"
    }
}

/// The school is empty where a profile is the authority's.
const TABLES: &str = "
CREATE TABLE format_profile (id TEXT PRIMARY KEY, school_id TEXT NOT NULL, name TEXT NOT NULL, body {bytes} NOT NULL);
CREATE UNIQUE INDEX format_profile_name ON format_profile (school_id, name);
CREATE TABLE format_profile_version (
    profile_id TEXT NOT NULL, version BIGINT NOT NULL, school_id TEXT NOT NULL, wrapped {bytes} NOT NULL,
    body {bytes} NOT NULL, PRIMARY KEY (profile_id, version));
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(&TABLES.replace("{bytes}", bytes_type(manager))).await?;
        for table in ["format_profile", "format_profile_version"] {
            tenant_table(manager, table, "school_id").await?;
            if manager.get_database_backend() == DatabaseBackend::Postgres {
                // What the authority shares every school reads, and none writes.
                let shared = format!("CREATE POLICY {table}_shared ON {table} FOR SELECT USING (school_id = '');");
                db.execute_unprepared(&shared).await?;
            }
        }
        Ok(())
    }
}
