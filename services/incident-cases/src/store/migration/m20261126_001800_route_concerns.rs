//! Whom a concern is for: a concern about an adult is the head's or the chair's. And keys that the school's own does not
//! open: what is about an adult is wrapped for those who take such cases on.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_001800_route_concerns"
    }
}

/// Those who hold a key: a school, or those at it who take on what is about adults, `sch_…/adults`.
const HOLDERS: &str = "
DROP POLICY record_key_tenant ON record_key;
CREATE POLICY record_key_tenant ON record_key
    USING (split_part(member, '/', 1) = ANY (string_to_array(current_setting('hedgerow.schools', true), ',')))
    WITH CHECK (split_part(member, '/', 1) = ANY (string_to_array(current_setting('hedgerow.schools', true), ',')));
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE concern ADD COLUMN office TEXT NOT NULL DEFAULT ''").await?;
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            db.execute_unprepared(HOLDERS).await?;
        }
        Ok(())
    }
}
