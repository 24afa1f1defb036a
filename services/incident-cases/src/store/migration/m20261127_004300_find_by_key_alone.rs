//! A search reads what records are found by from the key alone: the table's rows lie in the order of the records, so one search
//! fetched a page for nearly every row it met. And a token is of one school, which the planner cannot know: it reckoned with a
//! few rows where there are thousands. On SQLite, which a few schools use, both cost nothing worth a change.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbBackend, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_004300_find_by_key_alone"
    }
}

const KEY: &str = "
ALTER TABLE record_token DROP CONSTRAINT record_token_pkey;
ALTER TABLE record_token ADD PRIMARY KEY (school_id, token, record_id) INCLUDE (weight);
CREATE STATISTICS record_token_of ON school_id, token FROM record_token;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        manager.get_connection().execute_unprepared(KEY).await.map(drop)
    }
}
