//! The authority's desks hold keys and rows of their own: a scope at a desk is known to row-level security as `desk/lado`.
//! Anybody may give a desk a key; only the desk reads it.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_003001_admit_desks"
    }
}

const HOLDERS: &str = "
DROP POLICY record_key_tenant ON record_key;
CREATE POLICY record_key_tenant ON record_key
    USING (split_part(member, '/', 1) = ANY (string_to_array(current_setting('hedgerow.schools', true), ','))
        OR member = ANY (string_to_array(current_setting('hedgerow.schools', true), ',')))
    WITH CHECK (split_part(member, '/', 1) = ANY (string_to_array(current_setting('hedgerow.schools', true), ','))
        OR member LIKE 'desk/%');
";

const TABLES: &str = "
CREATE TABLE allegation (
    id TEXT PRIMARY KEY, desk TEXT NOT NULL, state TEXT NOT NULL, due_us BIGINT NOT NULL, version BIGINT NOT NULL,
    body {bytes} NOT NULL);
CREATE INDEX allegation_due ON allegation (desk, state, due_us, id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(&TABLES.replace("{bytes}", bytes_type(manager))).await?;
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            db.execute_unprepared(HOLDERS).await?;
        }
        tenant_table(manager, "allegation", "desk").await
    }
}
