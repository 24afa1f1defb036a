//! The tables, step by step.

mod m20261124_000100_create_feeds;
mod m20261127_000100_create_delivery_headers;
mod m20261127_000120_create_senders;
mod m20261127_005000_judge_in_full;
mod m20261127_006000_keep_coverage;
mod m20261127_006100_keep_by_month;
mod m20261127_007300_count_themes;
mod m20261127_007310_remember_deleted_alerts;
mod m20261127_007400_keep_profiles;
mod m20261127_007500_seal_in_blocks;
mod m20261127_007900_tell_counts_together;
mod m20261127_008000_keep_rejected_text;
mod m20261127_008100_count_refused;
mod m20261127_008200_find_alerts_by_user;
mod m20261127_008310_know_closed_schools;

use chassis::db::migration;
use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// The chassis' tables, then the service's own.
pub(crate) struct Migrations;

impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = migration::migrations();
        all.push(Box::new(m20261124_000100_create_feeds::Migration));
        all.push(Box::new(m20261127_000100_create_delivery_headers::Migration));
        all.push(Box::new(m20261127_000120_create_senders::Migration));
        all.push(Box::new(m20261127_005000_judge_in_full::Migration));
        all.push(Box::new(m20261127_006000_keep_coverage::Migration));
        all.push(Box::new(m20261127_006100_keep_by_month::Migration));
        all.push(Box::new(m20261127_007300_count_themes::Migration));
        all.push(Box::new(m20261127_007310_remember_deleted_alerts::Migration));
        all.push(Box::new(m20261127_007400_keep_profiles::Migration));
        all.push(Box::new(m20261127_007500_seal_in_blocks::Migration));
        all.push(Box::new(m20261127_007900_tell_counts_together::Migration));
        all.push(Box::new(m20261127_008000_keep_rejected_text::Migration));
        all.push(Box::new(m20261127_008100_count_refused::Migration));
        all.push(Box::new(m20261127_008200_find_alerts_by_user::Migration));
        all.push(Box::new(m20261127_008310_know_closed_schools::Migration));
        all
    }
}
