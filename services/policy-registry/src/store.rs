//! The registry's tables, and the only code that touches them. A policy is published by its
//! school, the names on its front page with it, and is not sealed; entries of registers, comments, reviews, reminders and lessons are.

mod by_name;
pub(crate) mod calendar_feed;
pub(crate) mod comment;
mod entity;
pub(crate) mod instance;
pub(crate) mod lesson;
pub(crate) mod migration;
pub(crate) mod policy_mark;
pub(crate) mod register;
pub(crate) mod register_entry;
pub(crate) mod reminder;
pub(crate) mod review;
pub(crate) mod rollout;
pub(crate) mod rollout_school;
pub(crate) mod school;
pub(crate) mod school_name;
mod sealed;
pub(crate) mod template;

use chassis::error::{Error, Result};
use sea_orm::{DbErr, SqlErr};
use time::OffsetDateTime;

pub(crate) use migration::Migrations;

/// A moment as the tables have it: microseconds since 1970.
pub(crate) fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}

/// A moment read back from a table.
fn moment(micros: i64) -> Result<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).map_err(Error::internal)
}

/// A number as the tables have it.
fn wide(number: u32) -> i64 {
    i64::from(number)
}

/// A number read back from a table.
fn narrow(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Why a row could not be added: another one took its number in the same moment, or the database is at fault.
fn raced(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            Error::unavailable("another version was added just now: try again")
        }
        _ => error.into(),
    }
}
