//! Who marked contacts and adults, by a keyed token of the account: how many somebody may mark in a day says nothing of what
//! others at the school marked.

use chassis::db::migration::bytes_type;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_004200_count_marks"
    }
}

const TABLES: &str = "
ALTER TABLE case_mark ADD COLUMN account_token {bytes};
ALTER TABLE contact ADD COLUMN account_token {bytes};
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await.map(drop)
    }
}
