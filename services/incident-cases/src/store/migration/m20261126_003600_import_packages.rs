//! Packages from schools outside the platform: each is taken in once.

use chassis::db::migration::bytes_type;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_003600_import_packages"
    }
}

/// Transfers between schools of the platform have none, and any number of those may be.
const COLUMN: &str = "
ALTER TABLE transfer ADD COLUMN import_token {bytes};
CREATE UNIQUE INDEX transfer_imported ON transfer (to_school_id, import_token);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = COLUMN.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&column).await.map(drop)
    }
}
