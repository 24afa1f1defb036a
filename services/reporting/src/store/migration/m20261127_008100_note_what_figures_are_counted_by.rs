//! By which code the figures that are answered were counted: where it is other code, they are counted anew. Of those of before nobody
//! knows it, and so they are.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_008100_note_what_figures_are_counted_by"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = "ALTER TABLE progress ADD COLUMN counted_by TEXT NOT NULL DEFAULT ''";
        manager.get_connection().execute_unprepared(column).await?;
        Ok(())
    }
}
