//! Learners, the keyed tokens they are found by, and rolls between preview and import: a school's own.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000700_create_learners"
    }
}

const TABLES: &str = "
CREATE TABLE learner (
    id TEXT NOT NULL, school_id TEXT NOT NULL, on_roll INTEGER NOT NULL, year_group TEXT NOT NULL,
    version BIGINT NOT NULL, upn_token {bytes}, body {bytes} NOT NULL,
    PRIMARY KEY (school_id, id), UNIQUE (school_id, upn_token));
CREATE INDEX learner_roll ON learner (school_id, on_roll, id);
CREATE TABLE learner_token (
    school_id TEXT NOT NULL, token BIGINT NOT NULL, learner_id TEXT NOT NULL, weight INTEGER NOT NULL,
    PRIMARY KEY (school_id, token, learner_id));
CREATE INDEX learner_token_of_learner ON learner_token (school_id, learner_id);
CREATE TABLE learner_preview (
    id TEXT NOT NULL, school_id TEXT NOT NULL, added_us BIGINT NOT NULL, body {bytes} NOT NULL,
    PRIMARY KEY (school_id, id));
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        for table in ["learner", "learner_token", "learner_preview"] {
            tenant_table(manager, table, "school_id").await?;
        }
        Ok(())
    }
}
