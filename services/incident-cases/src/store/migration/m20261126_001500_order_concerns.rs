//! How urgent a concern is, so that a child who may not be safe stands on the first page of a list however long it is.
//! What was kept before says -1 until the service has read it: its body is sealed, and a migration holds no key.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_001500_order_concerns"
    }
}

const COLUMN: &str = "
ALTER TABLE concern ADD COLUMN urgency INTEGER NOT NULL DEFAULT -1;
CREATE INDEX concern_urgency ON concern (school_id, urgency, was_read, created_us);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(COLUMN).await?;
        Ok(())
    }
}
