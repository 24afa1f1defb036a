//! Files handed over between schools: what both see of it, what each keeps for itself, and the sealed file.

use chassis::db::{migration::bytes_type, tenant_table, tenant_table_with};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_003400_keep_transfers"
    }
}

const TABLES: &str = "
CREATE TABLE transfer (
    id TEXT PRIMARY KEY, from_school_id TEXT NOT NULL, to_school_id TEXT NOT NULL, state TEXT NOT NULL,
    due_us BIGINT NOT NULL, settled_us BIGINT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX transfer_out ON transfer (from_school_id, state, id);
CREATE INDEX transfer_in ON transfer (to_school_id, state, id);
CREATE INDEX transfer_late ON transfer (due_us, settled_us);
CREATE TABLE transfer_part (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, transfer_id TEXT NOT NULL, learner_token {bytes} NOT NULL,
    body {bytes} NOT NULL, UNIQUE (transfer_id, school_id));
CREATE INDEX transfer_part_of ON transfer_part (school_id, learner_token);
CREATE TABLE transfer_package (
    id TEXT PRIMARY KEY, from_school_id TEXT NOT NULL, to_school_id TEXT NOT NULL, body {bytes} NOT NULL);
";

/// The schools of the present scope, as row-level security reads them.
const MINE: &str = "string_to_array(current_setting('hedgerow.schools', true), ',')";
const EVERYWHERE: &str = "current_setting('hedgerow.reach', true) = 'authority'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        // Both schools see the row; what it says of the child only a holder of its key reads.
        let both = format!("{EVERYWHERE} OR from_school_id = ANY ({MINE}) OR to_school_id = ANY ({MINE})");
        tenant_table_with(manager, "transfer", &both).await?;
        tenant_table_with(manager, "transfer_package", &both).await?;
        tenant_table(manager, "transfer_part", "school_id").await
    }
}
