//! By which code figures are being counted anew: those of another release begin again. What was begun before this is none's.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007702_note_what_counts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = "ALTER TABLE progress ADD COLUMN built_by TEXT NOT NULL DEFAULT ''";
        manager.get_connection().execute_unprepared(column).await?;
        Ok(())
    }
}
