//! Unsent forms: what somebody wrote into a form and could not send because the session had ended.

use chassis::db::{migration::bytes_type, tenant_table_with};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::ConnectionTrait as _, sea_orm::DbErr,
};

/// Creates the table `unsent_form`.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000104_create_unsent_form"
    }
}

/// `body` is sealed: the form's address and its answers.
const TABLES: &str = "
CREATE TABLE unsent_form (
    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES account (id), kept_us BIGINT NOT NULL,
    body {bytes} NOT NULL);
CREATE INDEX unsent_form_account ON unsent_form (account_id);
CREATE INDEX unsent_form_kept ON unsent_form (kept_us);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&sql).await?;
        tenant_table_with(manager, "unsent_form", "current_setting('hedgerow.reach', true) = 'authority'").await
    }
}
