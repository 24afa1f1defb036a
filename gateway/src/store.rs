//! The gateway's own tables: accounts, their appointments, sessions, unsent forms, notices,
//! webhooks. Only here is the database touched.

pub mod account;
pub mod chair_alert;
mod entity;
mod migration;
pub mod notice;
pub mod notice_address;
pub mod session;
pub mod unannounced;
pub mod unsent_form;
pub mod webhook;
pub mod webhook_attempt;

use sea_orm_migration::{MigrationTrait, MigratorTrait, async_trait};
use time::OffsetDateTime;

/// The common tables, then the gateway's own.
pub struct Migrations;

#[async_trait::async_trait]
impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut migrations = chassis::db::migration::migrations();
        migrations.push(Box::new(migration::m20261124_000101_create_account::Migration));
        migrations.push(Box::new(migration::m20261124_000102_create_session::Migration));
        migrations.push(Box::new(migration::m20261125_000103_lock_session::Migration));
        migrations.push(Box::new(migration::m20261125_000104_create_unsent_form::Migration));
        migrations.push(Box::new(migration::m20261126_000105_create_notice::Migration));
        migrations.push(Box::new(migration::m20261126_000106_create_webhook::Migration));
        migrations.push(Box::new(migration::m20261127_000107_create_chair_alert::Migration));
        migrations.push(Box::new(migration::m20261127_000110_tell_overdue::Migration));
        migrations.push(Box::new(migration::m20261127_000120_tell_unannounced::Migration));
        migrations
    }
}

/// A moment as a column holds it: microseconds since 1970.
fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}

/// The moment a column holds.
pub(crate) fn moment(micros: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
