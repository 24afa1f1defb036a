//! What alerts are about and when that happened, beside their sealed bodies: so that they are counted without being opened.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007300_count_themes"
    }
}

/// A migration holds no key: what is empty the service reads out of the bodies (`escalate::catch_up`).
const COLUMNS: &str = "
ALTER TABLE alert ADD COLUMN theme TEXT NOT NULL DEFAULT '';
ALTER TABLE alert ADD COLUMN event_us BIGINT NOT NULL DEFAULT 0;
CREATE INDEX alert_theme ON alert (school_id, event_us, theme);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(COLUMNS).await?;
        Ok(())
    }
}
