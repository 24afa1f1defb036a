//! Which cases and concerns an answer to a request is without, because whoever made it may not know of them.

use chassis::db::tenant_table;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261128_009400_keep_access_rests"
    }
}

const TABLES: &str = "
CREATE TABLE access_rest (
    school_id TEXT NOT NULL, access_request_id TEXT NOT NULL, case_id TEXT NOT NULL,
    PRIMARY KEY (school_id, access_request_id, case_id));
CREATE INDEX access_rest_of ON access_rest (school_id, case_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLES).await?;
        tenant_table(manager, "access_rest", "school_id").await
    }
}
