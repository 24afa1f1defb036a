//! Of which phase a school is, where it lies and how many learners it has; what desks published is found in the log at once.
//! Of schools that were added before, the log knows it: it is there once figures were counted anew.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007401_keep_phase_and_area"
    }
}

const COLUMNS: &str = "
ALTER TABLE school_state ADD COLUMN phase TEXT NOT NULL DEFAULT '';
ALTER TABLE school_state ADD COLUMN area TEXT NOT NULL DEFAULT '';
ALTER TABLE school_state ADD COLUMN learners BIGINT NOT NULL DEFAULT 0;
ALTER TABLE school_state ADD COLUMN described_at TEXT NOT NULL DEFAULT '';
CREATE INDEX event_log_of_desks ON event_log (seq) WHERE kind = 'DeskFiguresPublished';
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(COLUMNS).await?;
        Ok(())
    }
}
