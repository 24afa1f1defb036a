//! The filter alert a concern came from, so that what becomes of the one reaches the other.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_005000_follow_alerts"
    }
}

const COLUMN: &str = "
ALTER TABLE concern ADD COLUMN alert_id TEXT NOT NULL DEFAULT '';
CREATE INDEX concern_alert ON concern (school_id, alert_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(COLUMN).await?;
        Ok(())
    }
}
