//! The rows as sea-orm sees them.

pub mod account;
pub mod appointment;
pub mod session;
