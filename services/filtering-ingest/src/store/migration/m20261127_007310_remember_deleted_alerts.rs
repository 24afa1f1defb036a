//! Which alerts were deleted and when: their ids, and nothing of them. Whoever asks for one then is told that, and does not
//! take it for one that is not there yet or is another school's.

use chassis::db::tenant_table;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007310_remember_deleted_alerts"
    }
}

const TABLE: &str = "
CREATE TABLE alert_gone (
    alert_id TEXT PRIMARY KEY, school_id TEXT NOT NULL, gone_us BIGINT NOT NULL, before_us BIGINT NOT NULL);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLE).await?;
        tenant_table(manager, "alert_gone", "school_id").await
    }
}
