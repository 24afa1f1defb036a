//! Since when lines of a filter are heard at a school, and since when a register says there who is expected. Of schools of before the log
//! knows it: it is there once figures were counted anew.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261128_008200_keep_since_when_things_are_counted"
    }
}

const COLUMNS: &str = "
ALTER TABLE school_state ADD COLUMN fed_us BIGINT;
ALTER TABLE school_state ADD COLUMN registered_us BIGINT;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(COLUMNS).await?;
        Ok(())
    }
}
