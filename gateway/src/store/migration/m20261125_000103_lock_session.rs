//! Sessions that are locked.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::ConnectionTrait as _, sea_orm::DbErr,
};

/// Adds the column `locked` to the table `session`.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000103_lock_session"
    }
}

/// A session is locked where its holder hid the screen.
const COLUMN: &str = "ALTER TABLE session ADD COLUMN locked BIGINT NOT NULL DEFAULT 0";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(COLUMN).await.map(|_| ())
    }
}
