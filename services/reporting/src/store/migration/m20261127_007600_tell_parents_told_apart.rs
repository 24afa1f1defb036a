//! Parents told and parents not told are two facts and no values of one: beside a total that is told, each would hide the other.
//! What was counted is kept under its new name, so that nothing has to be counted anew.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261127_007600_tell_parents_told_apart"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            // Whoever changes tables is held by the rules of their rows like anybody else.
            db.execute_unprepared("SELECT set_config('hedgerow.reach', 'authority', true)").await?;
        }
        for table in ["cell", "span_cell"] {
            for (fact, dims) in [("parents_told", "told=told"), ("parents_not_told", "told=not_told")] {
                let sql = format!(
                    "UPDATE {table} SET fact = '{fact}', dims = '' WHERE fact = 'parents_decided' AND dims = '{dims}'"
                );
                db.execute_unprepared(&sql).await?;
            }
        }
        Ok(())
    }
}
