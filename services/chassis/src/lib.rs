//! What every process of Hedgerow is built on.
//!
//! - `caller`: who calls, and the `Scope` without which the store does not open
//! - `access`: who may do what, in Cedar, with any error a refusal
//! - `error`: nine kinds of refusal and their two wire forms
//! - `db`: transactions in which state, history and events commit together
//! - `history`: the RFC 6962 log of acts, its checkpoints and its verification
//! - `event`: outbox, bus and inbox
//! - `seal`: names and narratives at rest
//! - `jose`: files that leave the installation, signed and encrypted in open standards
//! - `serve`, `upstream`: a service as a process, and its calls to others
//! - `chance`: what chance explains of a count
//! - `lines`: logs on their way, unpacked and cut into batches of whole lines
//! - `names`: when two names may be one adult's
//! - `clock`, `id`, `page`, `text`, `table`, `calendar`, `config`, `telemetry`: what they all need
//! - `testing`: what tests start services with

pub mod access;
pub mod calendar;
pub mod caller;
pub mod chance;
pub mod clock;
pub mod config;
pub mod db;
pub mod desk;
pub mod error;
pub mod event;
pub mod history;
pub mod id;
pub mod jose;
pub mod lines;
pub mod names;
pub mod page;
pub mod seal;
pub mod serve;
pub mod suppress;
pub mod table;
pub mod telemetry;
pub mod testing;
pub mod text;
pub mod theme;
pub mod upstream;
