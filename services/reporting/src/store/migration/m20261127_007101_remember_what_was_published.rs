//! What was printed of each fact, school and term, and over all schools; whose turn it is to print something new, and up to when
//! nothing more is printed of a school.

use chassis::db::tenant_table;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007101_remember_what_was_published"
    }
}

const TABLES: &str = "
CREATE TABLE published (
    school_id TEXT NOT NULL, term_id TEXT NOT NULL, fact TEXT NOT NULL, printed TEXT NOT NULL,
    PRIMARY KEY (school_id, term_id, fact));
CREATE INDEX published_term ON published (term_id, fact);
CREATE TABLE published_turn (school_id TEXT PRIMARY KEY, sealed_us BIGINT NOT NULL DEFAULT 0);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLES).await?;
        tenant_table(manager, "published", "school_id").await?;
        tenant_table(manager, "published_turn", "school_id").await
    }
}
