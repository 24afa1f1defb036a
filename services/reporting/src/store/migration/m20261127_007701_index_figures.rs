//! One school's counts by stretch are found without those of the others, and counts by day of all schools without those of other
//! years.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007701_index_figures"
    }
}

const INDEXES: &str = "
CREATE INDEX span_cell_school ON span_cell (school_id, generation, fact, span);
CREATE INDEX cell_day ON cell (generation, fact, day);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }
}
