//! By what the adults of cases are compared, and what the designated officer is told where several schools have concerns
//! about one.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_004100_mark_adults"
    }
}

const TABLES: &str = "
CREATE TABLE case_mark (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, case_id TEXT NOT NULL, subject_token {bytes} NOT NULL,
    person_token {bytes} NOT NULL, reference_token {bytes} NOT NULL, marked_us BIGINT NOT NULL,
    ended_us BIGINT NOT NULL, compared INTEGER NOT NULL, pattern_id TEXT NOT NULL, ring {bytes} NOT NULL,
    body {bytes} NOT NULL);
CREATE INDEX case_mark_case ON case_mark (school_id, case_id);
CREATE INDEX case_mark_subject ON case_mark (school_id, subject_token);
CREATE INDEX case_mark_marked ON case_mark (school_id, marked_us);
CREATE INDEX case_mark_person ON case_mark (person_token);
CREATE INDEX case_mark_reference ON case_mark (reference_token);
CREATE INDEX case_mark_new ON case_mark (compared, id);
CREATE TABLE desk_pattern (
    id TEXT PRIMARY KEY, desk TEXT NOT NULL, told TEXT NOT NULL UNIQUE, body {bytes} NOT NULL);
CREATE INDEX desk_pattern_desk ON desk_pattern (desk, id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(&TABLES.replace("{bytes}", bytes_type(manager))).await?;
        tenant_table(manager, "case_mark", "school_id").await?;
        tenant_table(manager, "desk_pattern", "desk").await
    }
}
