//! How a marked adult was written when the tokens were made: the service writes it anew where that has changed.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_009350_write_adults_anew"
    }
}

const CHANGES: &str = "ALTER TABLE case_mark ADD COLUMN written INTEGER NOT NULL DEFAULT 0;";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(CHANGES).await?;
        Ok(())
    }
}
