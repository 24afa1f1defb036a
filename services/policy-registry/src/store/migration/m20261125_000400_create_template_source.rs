//! The files each version of the template was published from, for whoever goes on editing them.

use chassis::db::{migration::bytes_type, tenant_table_with};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000400_create_template_source"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // No tenant's own: the template is the authority's, and every school reads it.
        let bytes = bytes_type(manager);
        let table = format!("CREATE TABLE template_source (id TEXT PRIMARY KEY, body {bytes} NOT NULL)");
        manager.get_connection().execute_unprepared(&table).await?;
        tenant_table_with(manager, "template_source", "true").await
    }
}
