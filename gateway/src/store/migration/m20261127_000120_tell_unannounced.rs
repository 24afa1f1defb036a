//! Who was told that something waits for them that is announced to nobody.

use chassis::db::tenant_table_with;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::ConnectionTrait as _, sea_orm::DbErr,
};

/// Creates the table `unannounced`.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_000120_tell_unannounced"
    }
}

/// A mark is a keyed hash of another process: nothing can be read from it.
const TABLE: &str = "
CREATE TABLE unannounced (
    account_id TEXT NOT NULL REFERENCES account (id), mark TEXT NOT NULL, notice_id TEXT NOT NULL,
    PRIMARY KEY (account_id, mark));
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLE).await?;
        // As notices, it is reached by whoever reaches one of the account's appointments.
        let rule = "current_setting('hedgerow.reach', true) = 'authority' \
                    OR EXISTS (SELECT 1 FROM appointment WHERE appointment.account_id = unannounced.account_id)";
        tenant_table_with(manager, "unannounced", rule).await
    }
}
