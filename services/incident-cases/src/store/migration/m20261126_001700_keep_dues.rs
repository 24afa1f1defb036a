//! What is due in open cases, by when, and whose it is by a keyed token of the account.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_001700_keep_dues"
    }
}

const TABLE: &str = "
CREATE TABLE case_due (
    school_id TEXT NOT NULL, case_id TEXT NOT NULL, kind TEXT NOT NULL, item TEXT NOT NULL, due_us BIGINT NOT NULL,
    owner_token {bytes} NOT NULL, PRIMARY KEY (school_id, case_id, kind, item));
CREATE INDEX case_due_next ON case_due (school_id, due_us);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = TABLE.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&table).await?;
        tenant_table(manager, "case_due", "school_id").await
    }
}
