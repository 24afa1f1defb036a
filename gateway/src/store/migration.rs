//! The steps by which the gateway's tables came to be.

pub mod m20261124_000101_create_account;
pub mod m20261124_000102_create_session;
pub mod m20261125_000103_lock_session;
pub mod m20261125_000104_create_unsent_form;
pub mod m20261126_000105_create_notice;
pub mod m20261126_000106_create_webhook;
pub mod m20261127_000107_create_chair_alert;
pub mod m20261127_000110_tell_overdue;
pub mod m20261127_000120_tell_unannounced;
