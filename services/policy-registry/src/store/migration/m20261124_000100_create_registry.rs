//! Schools, templates, agency registers and instances. Templates and registers belong to the authority and are read by
//! everyone; schools and instances are a school's own.

use chassis::db::{migration::bytes_type, tenant_table, tenant_table_with};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261124_000100_create_registry"
    }
}

/// `{bytes}` is the engine's type for bytes.
const TABLES: &str = "
CREATE TABLE school (
    id TEXT PRIMARY KEY, urn TEXT NOT NULL UNIQUE, sort_name TEXT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX school_sort_name ON school (sort_name, id);
CREATE TABLE template (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL UNIQUE, published_us BIGINT NOT NULL, body {bytes} NOT NULL);
CREATE TABLE agency_register (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL UNIQUE, published_us BIGINT NOT NULL, body {bytes} NOT NULL);
CREATE TABLE instance (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, version BIGINT NOT NULL, revision BIGINT NOT NULL,
    effective_us BIGINT, superseded_us BIGINT, body {bytes} NOT NULL, UNIQUE (school_id, version));
CREATE INDEX instance_in_force ON instance (school_id, effective_us);
CREATE UNIQUE INDEX instance_one_in_force ON instance (school_id) WHERE effective_us IS NOT NULL AND superseded_us IS NULL;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        tenant_table(manager, "school", "id").await?;
        tenant_table(manager, "instance", "school_id").await?;
        for table in ["template", "agency_register"] {
            tenant_table_with(manager, table, "true").await?;
        }
        Ok(())
    }
}
