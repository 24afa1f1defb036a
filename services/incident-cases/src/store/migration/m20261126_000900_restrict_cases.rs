//! Who may see a case: its level, whom it names and whom it keeps out by a keyed token of the account, and to which case
//! a concern or a shared incident belongs.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_000900_restrict_cases"
    }
}

const TABLES: &str = "
ALTER TABLE case_file ADD COLUMN level TEXT NOT NULL DEFAULT 'open';
ALTER TABLE case_file ADD COLUMN shared_incident_id TEXT NOT NULL DEFAULT '';
ALTER TABLE concern ADD COLUMN case_id TEXT NOT NULL DEFAULT '';
CREATE TABLE case_grant (
    school_id TEXT NOT NULL, account_token {bytes} NOT NULL, part TEXT NOT NULL, case_id TEXT NOT NULL,
    PRIMARY KEY (school_id, account_token, part, case_id));
CREATE INDEX case_grant_of_case ON case_grant (school_id, case_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        tenant_table(manager, "case_grant", "school_id").await
    }
}
