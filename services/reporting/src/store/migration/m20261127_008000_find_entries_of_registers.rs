//! What was announced of entries of a school's registers is found without reading through the log.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_008000_find_entries_of_registers"
    }
}

/// Of this kind alone, of which there are few: every other event is written as fast as before.
const INDEX: &str =
    "CREATE INDEX event_log_of_registers ON event_log (school_id, time_us) WHERE kind = 'RegisterEntryAdded'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(INDEX).await?;
        Ok(())
    }
}
