//! Questions about figures that somebody keeps.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007300_keep_questions"
    }
}

/// `{bytes}` is the engine's type for bytes. `body` says what is asked, in codes, and seals what the question is called. The school
/// is empty at the authority.
const TABLES: &str = "
CREATE TABLE question (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, account_id TEXT NOT NULL, shared BIGINT NOT NULL, due_us BIGINT,
    body {bytes} NOT NULL);
CREATE INDEX question_place ON question (school_id, id);
CREATE INDEX question_due ON question (due_us);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        tenant_table(manager, "question", "school_id").await
    }
}
