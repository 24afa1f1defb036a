//! Which alerts the chair of governors has not opened in time, so that the authority is told.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::ConnectionTrait as _, sea_orm::DbErr,
};

/// Adds a column to `chair_alert`.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_000110_tell_overdue"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = "ALTER TABLE chair_alert ADD COLUMN overdue INTEGER NOT NULL DEFAULT 0;";
        manager.get_connection().execute_unprepared(column).await.map(|_| ())
    }
}
