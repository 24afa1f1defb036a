//! Who is in a shared incident, and what is written into it: each item sealed under the key of its time, so that whoever
//! goes is not given the key of what comes after. Anybody may be given a key to a shared incident; only its holder reads it.

use chassis::db::{migration::bytes_type, tenant_table_with};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261126_003301_share_by_epochs"
    }
}

const TABLES: &str = "
CREATE TABLE sharing (id TEXT PRIMARY KEY, body {bytes} NOT NULL);
CREATE TABLE shared_item (
    id TEXT PRIMARY KEY, shared_incident_id TEXT NOT NULL, key_id TEXT NOT NULL, holder TEXT NOT NULL,
    kind TEXT NOT NULL, created_us BIGINT NOT NULL, place BIGINT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX shared_item_of ON shared_item (shared_incident_id, created_us, place);
";

const MINE: &str = "string_to_array(current_setting('hedgerow.schools', true), ',')";
const EVERYWHERE: &str = "current_setting('hedgerow.reach', true) = 'authority'";

const POLICIES: &str = "
CREATE POLICY record_key_sharing ON record_key FOR INSERT WITH CHECK (record_id LIKE 'shi\\_%');
ALTER TABLE shared_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE shared_item FORCE ROW LEVEL SECURITY;
CREATE POLICY shared_item_tenant ON shared_item
    USING ({everywhere} OR EXISTS (
        SELECT 1 FROM record_key k WHERE k.record_id = shared_item.key_id AND k.member = ANY ({mine})))
    WITH CHECK ({everywhere} OR holder = ANY ({mine}));
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(&TABLES.replace("{bytes}", bytes_type(manager))).await?;
        // Whoever ever was in it holds the first key; whether they still are is what the row itself says.
        let known = format!(
            "{EVERYWHERE} OR EXISTS (SELECT 1 FROM record_key k WHERE k.record_id = sharing.id AND k.member = ANY ({MINE}))"
        );
        tenant_table_with(manager, "sharing", &known).await?;
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            let policies = POLICIES.replace("{everywhere}", EVERYWHERE).replace("{mine}", MINE);
            db.execute_unprepared(&policies).await?;
        }
        Ok(())
    }
}
