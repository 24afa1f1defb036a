//! How often a filter alert was asked for in vain, and since when it is wanted.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007310_try_alerts_again"
    }
}

const COLUMNS: &str = "
ALTER TABLE alert_wanted ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alert_wanted ADD COLUMN since_us BIGINT NOT NULL DEFAULT 0;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(COLUMNS).await?;
        Ok(())
    }
}
