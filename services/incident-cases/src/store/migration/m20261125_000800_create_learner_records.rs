//! Which concerns and cases a learner has to do with, by a keyed token of the learner: a school's own.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000800_create_learner_records"
    }
}

const TABLE: &str = "
CREATE TABLE learner_record (
    school_id TEXT NOT NULL, learner_token {bytes} NOT NULL, record_id TEXT NOT NULL,
    PRIMARY KEY (school_id, learner_token, record_id));
CREATE INDEX learner_record_of_record ON learner_record (school_id, record_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = TABLE.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&table).await?;
        tenant_table(manager, "learner_record", "school_id").await
    }
}
