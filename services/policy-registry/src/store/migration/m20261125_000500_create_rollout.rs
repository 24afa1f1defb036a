//! Roll-outs and their schools; and beside every instance where it stands and what lists say of it.

use chassis::db::{migration::bytes_type, tenant_table, tenant_table_with};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000500_create_rollout"
    }
}

/// `{bytes}` is the engine's type for bytes.
const TABLES: &str = "
CREATE TABLE rollout (
    id TEXT PRIMARY KEY, start_us BIGINT NOT NULL, at_work BIGINT UNIQUE, body {bytes} NOT NULL);
CREATE TABLE rollout_school (
    rollout_id TEXT NOT NULL, school_id TEXT NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL, instance_id TEXT,
    own_instance_id TEXT, own_state TEXT, from_template_version BIGINT NOT NULL, moved BIGINT NOT NULL,
    proposals BIGINT NOT NULL, statutory BIGINT NOT NULL, PRIMARY KEY (rollout_id, school_id));
CREATE INDEX rollout_school_state ON rollout_school (rollout_id, state, school_id);
ALTER TABLE instance ADD COLUMN state TEXT NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN standing {bytes};
CREATE INDEX instance_state ON instance (state, school_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(&TABLES.replace("{bytes}", bytes_type(manager))).await?;
        let state = match manager.get_database_backend() {
            // Row-level security binds the owner too, who here reads every instance there is.
            DatabaseBackend::Postgres => {
                db.execute_unprepared("SELECT set_config('hedgerow.reach', 'authority', true)").await?;
                "convert_from(body, 'UTF8')::json ->> 'state'"
            }
            _ => "CAST(body AS TEXT) ->> '$.state'",
        };
        db.execute_unprepared(&format!("UPDATE instance SET state = {state}")).await?;
        tenant_table_with(manager, "rollout", "current_setting('hedgerow.reach', true) = 'authority'").await?;
        tenant_table(manager, "rollout_school", "school_id").await
    }
}
