//! The rows as sea-orm sees them.

pub mod account;
pub mod appointment;
pub mod session;
pub mod unsent_form;
