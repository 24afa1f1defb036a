//! Records are found by when they began, which their ids begin with: byte by byte, whatever order the language of a PostgreSQL
//! database gives to text. SQLite compares bytes anyhow.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbBackend, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_009000_find_records_by_bytes"
    }
}

const INDEX: &str = "CREATE INDEX learner_record_by_bytes ON learner_record (school_id, record_id COLLATE \"C\")";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        manager.get_connection().execute_unprepared(INDEX).await.map(drop)
    }
}
