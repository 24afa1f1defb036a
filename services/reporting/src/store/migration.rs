//! The tables, step by step.

mod m20261124_000100_create_tallies;
mod m20261126_000200_add_known_time;
mod m20261127_006000_keep_coverage_days;
mod m20261127_007001_keep_a_log_of_events;
mod m20261127_007101_remember_what_was_published;
mod m20261127_007200_create_report_version;
mod m20261127_007300_keep_questions;
mod m20261127_007401_keep_phase_and_area;
mod m20261127_007500_find_what_policies_promised;
mod m20261127_007600_tell_parents_told_apart;
mod m20261127_007601_keep_closed_days;
mod m20261127_007700_note_what_moved;
mod m20261127_007701_index_figures;
mod m20261127_007702_note_what_counts;
mod m20261127_007800_keep_what_waits_unread;
mod m20261127_007900_keep_feeds_apart;
mod m20261127_008000_find_entries_of_registers;
mod m20261127_008100_note_what_figures_are_counted_by;
mod m20261128_008200_keep_since_when_things_are_counted;

use chassis::db::migration;
use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// The chassis' tables, then the service's own.
pub(crate) struct Migrations;

impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = migration::migrations();
        all.push(Box::new(m20261124_000100_create_tallies::Migration));
        all.push(Box::new(m20261126_000200_add_known_time::Migration));
        all.push(Box::new(m20261127_006000_keep_coverage_days::Migration));
        all.push(Box::new(m20261127_007001_keep_a_log_of_events::Migration));
        all.push(Box::new(m20261127_007101_remember_what_was_published::Migration));
        all.push(Box::new(m20261127_007200_create_report_version::Migration));
        all.push(Box::new(m20261127_007300_keep_questions::Migration));
        all.push(Box::new(m20261127_007500_find_what_policies_promised::Migration));
        all.push(Box::new(m20261127_007600_tell_parents_told_apart::Migration));
        all.push(Box::new(m20261127_007601_keep_closed_days::Migration));
        all.push(Box::new(m20261127_007700_note_what_moved::Migration));
        all.push(Box::new(m20261127_007701_index_figures::Migration));
        all.push(Box::new(m20261127_007401_keep_phase_and_area::Migration));
        all.push(Box::new(m20261127_007702_note_what_counts::Migration));
        all.push(Box::new(m20261127_007800_keep_what_waits_unread::Migration));
        all.push(Box::new(m20261127_007900_keep_feeds_apart::Migration));
        all.push(Box::new(m20261127_008000_find_entries_of_registers::Migration));
        all.push(Box::new(m20261127_008100_note_what_figures_are_counted_by::Migration));
        all.push(Box::new(m20261128_008200_keep_since_when_things_are_counted::Migration));
        all
    }
}
