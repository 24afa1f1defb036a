//! By whom alerts are, as a keyed hash beside their sealed bodies: so that those of one user are found without being opened.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_008200_find_alerts_by_user"
    }
}

/// A migration holds no key: what is empty the service reads out of the bodies (`escalate::catch_up`).
const COLUMN: &str = "
ALTER TABLE alert ADD COLUMN user_token TEXT NOT NULL DEFAULT '';
CREATE INDEX alert_user ON alert (school_id, user_token);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(COLUMN).await?;
        Ok(())
    }
}
