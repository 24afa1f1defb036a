//! The tables, step by step.

mod m20261124_000100_create_registry;
mod m20261124_000110_create_school_name;
mod m20261124_000300_create_register_entry;
mod m20261125_000400_create_life_cycle;
mod m20261125_000400_create_template_source;
mod m20261125_000500_create_rollout;
mod m20261125_000600_create_policy_mark;

use chassis::db::migration;
use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// The chassis' tables, then the service's own.
pub(crate) struct Migrations;

impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = migration::migrations();
        all.push(Box::new(m20261124_000100_create_registry::Migration));
        all.push(Box::new(m20261124_000110_create_school_name::Migration));
        all.push(Box::new(m20261124_000300_create_register_entry::Migration));
        all.push(Box::new(m20261125_000400_create_life_cycle::Migration));
        all.push(Box::new(m20261125_000500_create_rollout::Migration));
        all.push(Box::new(m20261125_000400_create_template_source::Migration));
        all.push(Box::new(m20261125_000600_create_policy_mark::Migration));
        all
    }
}
