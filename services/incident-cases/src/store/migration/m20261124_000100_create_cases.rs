//! Concerns, cases, their keys, shared incidents, and what is known of schools and policies.

use chassis::db::{migration::bytes_type, tenant_table, tenant_table_with};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261124_000100_create_cases"
    }
}

const TABLES: &str = "
CREATE TABLE concern (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, state TEXT NOT NULL, reporter TEXT NOT NULL,
    was_read INTEGER NOT NULL, created_us BIGINT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX concern_inbox ON concern (school_id, state, was_read, created_us);
CREATE INDEX concern_reporter ON concern (school_id, reporter, created_us);
CREATE TABLE case_file (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, state TEXT NOT NULL, procedure_id TEXT NOT NULL,
    due_us BIGINT NOT NULL, version BIGINT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX case_file_due ON case_file (school_id, state, due_us);
CREATE TABLE record_key (
    record_id TEXT NOT NULL, member TEXT NOT NULL, wrapped {bytes} NOT NULL, PRIMARY KEY (record_id, member));
CREATE TABLE shared_incident (id TEXT PRIMARY KEY, lead_school_id TEXT NOT NULL, body {bytes} NOT NULL);
CREATE TABLE invitation (
    id TEXT PRIMARY KEY, shared_incident_id TEXT NOT NULL, from_school_id TEXT NOT NULL,
    to_school_id TEXT NOT NULL, state TEXT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX invitation_received ON invitation (to_school_id, id);
CREATE INDEX invitation_sent ON invitation (shared_incident_id);
CREATE TABLE policy_copy (school_id TEXT PRIMARY KEY, version BIGINT NOT NULL, body {bytes} NOT NULL);
CREATE TABLE known_school (school_id TEXT PRIMARY KEY);
CREATE TABLE case_number (
    school_id TEXT NOT NULL, year INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (school_id, year));
";

/// The schools of the present scope, as row-level security reads them.
const MINE: &str = "string_to_array(current_setting('hedgerow.schools', true), ',')";

/// Whoever checks the history compares every row with it; what the rows say stays sealed to them.
const EVERYWHERE: &str = "current_setting('hedgerow.reach', true) = 'authority'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        for table in ["concern", "case_file", "policy_copy", "case_number"] {
            tenant_table(manager, table, "school_id").await?;
        }
        // A member holds a key of its own and sees no other; making one for a new member is the holder's act.
        let keys = format!("member = ANY ({MINE})");
        tenant_table_with(manager, "record_key", &keys).await?;
        // Members of a shared incident are the schools that hold a key to it.
        let shared = format!(
            "{EVERYWHERE} OR lead_school_id = ANY ({MINE}) OR EXISTS (SELECT 1 FROM record_key k \
             WHERE k.record_id = shared_incident.id AND k.member = ANY ({MINE}))"
        );
        tenant_table_with(manager, "shared_incident", &shared).await?;
        let invitations = format!("{EVERYWHERE} OR from_school_id = ANY ({MINE}) OR to_school_id = ANY ({MINE})");
        tenant_table_with(manager, "invitation", &invitations).await
    }
}
