//! What a desk published of its years: each once.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007400_publish_desk_years"
    }
}

const TABLES: &str = "
CREATE TABLE desk_year (id TEXT PRIMARY KEY, desk TEXT NOT NULL, year TEXT NOT NULL, body {bytes} NOT NULL);
CREATE UNIQUE INDEX desk_year_once ON desk_year (desk, year);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(&TABLES.replace("{bytes}", bytes_type(manager))).await?;
        tenant_table(manager, "desk_year", "desk").await
    }
}
