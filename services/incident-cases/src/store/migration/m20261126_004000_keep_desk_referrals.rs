//! Referrals in the inboxes of the authority's desks. The desk reads its own; the school that sent one writes what became of
//! it there.

use chassis::db::{migration::bytes_type, tenant_table_with};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_004000_keep_desk_referrals"
    }
}

const TABLES: &str = "
CREATE TABLE desk_referral (
    id TEXT PRIMARY KEY, desk TEXT NOT NULL, school_id TEXT NOT NULL, state TEXT NOT NULL, waits_for TEXT NOT NULL,
    due_us BIGINT NOT NULL, version BIGINT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX desk_referral_due ON desk_referral (desk, waits_for, due_us, id);
CREATE INDEX desk_referral_school ON desk_referral (school_id);
";

const MINE: &str = "string_to_array(current_setting('hedgerow.schools', true), ',')";
const EVERYWHERE: &str = "current_setting('hedgerow.reach', true) = 'authority'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(&TABLES.replace("{bytes}", bytes_type(manager))).await?;
        let both = format!("{EVERYWHERE} OR desk = ANY ({MINE}) OR school_id = ANY ({MINE})");
        tenant_table_with(manager, "desk_referral", &both).await
    }
}
