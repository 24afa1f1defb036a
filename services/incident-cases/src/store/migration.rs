//! The tables, step by step.

mod m20261124_000100_create_cases;
mod m20261125_000200_create_case_register;
mod m20261125_000700_create_learners;
mod m20261125_000800_create_learner_records;
mod m20261126_000900_restrict_cases;
mod m20261126_001500_order_concerns;
mod m20261126_001600_create_reporters_side;
mod m20261126_001600_keep_cover;
mod m20261126_001700_keep_dues;
mod m20261126_001800_route_concerns;
mod m20261126_001900_keep_prints;
mod m20261126_002000_keep_record_tokens;
mod m20261126_002100_keep_break_glass;
mod m20261126_002500_keep_access_requests;
mod m20261126_003001_admit_desks;
mod m20261126_003100_keep_retention;
mod m20261126_003301_share_by_epochs;
mod m20261126_003400_keep_transfers;
mod m20261126_003500_mark_contacts;
mod m20261126_003600_import_packages;
mod m20261126_004000_keep_desk_referrals;
mod m20261126_004100_mark_adults;
mod m20261127_004200_count_marks;
mod m20261127_004300_find_by_key_alone;
mod m20261127_005000_follow_alerts;
mod m20261127_006000_want_alerts;
mod m20261127_007300_count_work;
mod m20261127_007310_try_alerts_again;
mod m20261127_007400_publish_desk_years;
mod m20261127_009000_find_records_by_bytes;
mod m20261127_009120_correct_desk_years;
mod m20261127_009140_drop_case_numbers;
mod m20261127_009300_keep_rests;
mod m20261127_009310_write_contacts_anew;
mod m20261127_009350_write_adults_anew;
mod m20261128_009400_keep_access_rests;

use chassis::db::migration;
use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// The chassis' tables, then the service's own.
pub(crate) struct Migrations;

impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = migration::migrations();
        all.push(Box::new(m20261124_000100_create_cases::Migration));
        all.push(Box::new(m20261125_000200_create_case_register::Migration));
        all.push(Box::new(m20261125_000700_create_learners::Migration));
        all.push(Box::new(m20261125_000800_create_learner_records::Migration));
        all.push(Box::new(m20261126_000900_restrict_cases::Migration));
        all.push(Box::new(m20261126_001500_order_concerns::Migration));
        all.push(Box::new(m20261126_001600_create_reporters_side::Migration));
        all.push(Box::new(m20261126_001600_keep_cover::Migration));
        all.push(Box::new(m20261126_001700_keep_dues::Migration));
        all.push(Box::new(m20261126_001800_route_concerns::Migration));
        all.push(Box::new(m20261126_001900_keep_prints::Migration));
        all.push(Box::new(m20261126_002000_keep_record_tokens::Migration));
        all.push(Box::new(m20261126_002100_keep_break_glass::Migration));
        all.push(Box::new(m20261126_002500_keep_access_requests::Migration));
        all.push(Box::new(m20261126_003001_admit_desks::Migration));
        all.push(Box::new(m20261126_003100_keep_retention::Migration));
        all.push(Box::new(m20261126_003301_share_by_epochs::Migration));
        all.push(Box::new(m20261126_003500_mark_contacts::Migration));
        all.push(Box::new(m20261126_003400_keep_transfers::Migration));
        all.push(Box::new(m20261126_003600_import_packages::Migration));
        all.push(Box::new(m20261126_004000_keep_desk_referrals::Migration));
        all.push(Box::new(m20261126_004100_mark_adults::Migration));
        all.push(Box::new(m20261127_004200_count_marks::Migration));
        all.push(Box::new(m20261127_004300_find_by_key_alone::Migration));
        all.push(Box::new(m20261127_005000_follow_alerts::Migration));
        all.push(Box::new(m20261127_006000_want_alerts::Migration));
        all.push(Box::new(m20261127_007300_count_work::Migration));
        all.push(Box::new(m20261127_007310_try_alerts_again::Migration));
        all.push(Box::new(m20261127_007400_publish_desk_years::Migration));
        all.push(Box::new(m20261127_009000_find_records_by_bytes::Migration));
        all.push(Box::new(m20261127_009120_correct_desk_years::Migration));
        all.push(Box::new(m20261127_009140_drop_case_numbers::Migration));
        all.push(Box::new(m20261127_009300_keep_rests::Migration));
        all.push(Box::new(m20261127_009310_write_contacts_anew::Migration));
        all.push(Box::new(m20261127_009350_write_adults_anew::Migration));
        all.push(Box::new(m20261128_009400_keep_access_rests::Migration));
        all
    }
}
