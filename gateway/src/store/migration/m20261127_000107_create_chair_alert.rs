//! Alerts that wait for a chair of governors, so that the authority sees where nobody holds that office.

use chassis::db::tenant_table_with;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::ConnectionTrait as _, sea_orm::DbErr,
};

/// Creates the table `chair_alert`.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_000107_create_chair_alert"
    }
}

/// Nothing of whom or what an alert is about.
const TABLE: &str = "
CREATE TABLE chair_alert (alert_id TEXT PRIMARY KEY, school_id TEXT NOT NULL, since_us BIGINT NOT NULL);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLE).await?;
        tenant_table_with(manager, "chair_alert", "current_setting('hedgerow.reach', true) = 'authority'").await
    }
}
