//! How often the counts of a fact in a term moved, and what was printed of them: an answer that is kept is one as long as neither
//! did.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007700_note_what_moved"
    }
}

const TABLE: &str = "
CREATE TABLE figure_moved (
    what TEXT NOT NULL, fact TEXT NOT NULL, term_id TEXT NOT NULL, times BIGINT NOT NULL,
    PRIMARY KEY (what, fact, term_id));
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLE).await?;
        Ok(())
    }
}
