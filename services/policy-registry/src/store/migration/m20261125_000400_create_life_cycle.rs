//! What happens to a policy besides its text: comments, reviews, reminders, lessons, and calendars. A school's own.

use chassis::db::{migration::bytes_type, tenant_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000400_create_life_cycle"
    }
}

/// `{bytes}` is the engine's type for bytes.
const TABLES: &str = "
CREATE TABLE comment (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, instance_id TEXT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX comment_of_instance ON comment (school_id, instance_id, id);
CREATE TABLE review (id TEXT PRIMARY KEY, school_id TEXT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX review_of_school ON review (school_id, id);
CREATE TABLE reminder (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, sent_us BIGINT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX reminder_of_school ON reminder (school_id, sent_us);
CREATE TABLE lesson (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, forwarded_us BIGINT, body {bytes} NOT NULL);
CREATE INDEX lesson_of_school ON lesson (school_id, id);
CREATE INDEX lesson_forwarded ON lesson (forwarded_us, id) WHERE forwarded_us IS NOT NULL;
CREATE TABLE calendar_feed (
    id TEXT PRIMARY KEY, school_id TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, created_us BIGINT NOT NULL,
    ended_us BIGINT);
CREATE UNIQUE INDEX calendar_feed_one ON calendar_feed (school_id) WHERE ended_us IS NULL;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = TABLES.replace("{bytes}", bytes_type(manager));
        manager.get_connection().execute_unprepared(&tables).await?;
        for table in ["comment", "review", "reminder", "lesson", "calendar_feed"] {
            tenant_table(manager, table, "school_id").await?;
        }
        Ok(())
    }
}
