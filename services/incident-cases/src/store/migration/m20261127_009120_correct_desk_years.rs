//! A year of a desk is published once in each version: a correction is another row.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_009120_correct_desk_years"
    }
}

const CHANGES: &str = "
ALTER TABLE desk_year ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
DROP INDEX desk_year_once;
CREATE UNIQUE INDEX desk_year_once ON desk_year (desk, year, version);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(CHANGES).await?;
        Ok(())
    }
}
