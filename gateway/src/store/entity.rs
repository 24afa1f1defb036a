//! The rows as sea-orm sees them.

pub mod account;
pub mod appointment;
pub mod chair_alert;
pub mod notice;
pub mod notice_address;
pub mod notice_confirmation;
pub mod session;
pub mod shared_school;
pub mod unannounced;
pub mod unsent_form;
pub mod webhook;
pub mod webhook_attempt;
