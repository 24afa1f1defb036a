//! Accounts, and the clear index of who holds which role where.

use chassis::db::{migration::bytes_type, tenant_table, tenant_table_with};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::ConnectionTrait as _, sea_orm::DbErr,
};

/// Creates the tables `account` and `appointment`.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261124_000101_create_account"
    }
}

/// `body` is the sealed account; `name_token` finds it by its sign-in name without telling the name.
const TABLES: &str = "
CREATE TABLE account (
    id TEXT PRIMARY KEY, name_token {bytes} NOT NULL UNIQUE, created_us BIGINT NOT NULL, body {bytes} NOT NULL);
CREATE TABLE appointment (
    account_id TEXT NOT NULL REFERENCES account (id), place BIGINT NOT NULL, role TEXT NOT NULL,
    school_id TEXT NOT NULL, start_us BIGINT NOT NULL, end_us BIGINT, PRIMARY KEY (account_id, place));
CREATE INDEX appointment_school ON appointment (school_id);
";

/// An account is reached by whoever reaches one of its appointments.
const ACCOUNT_RULE: &str = "current_setting('hedgerow.reach', true) = 'authority' \
    OR EXISTS (SELECT 1 FROM appointment WHERE appointment.account_id = account.id)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&sql).await?;
        tenant_table(manager, "appointment", "school_id").await?;
        tenant_table_with(manager, "account", ACCOUNT_RULE).await
    }
}
