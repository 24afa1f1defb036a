//! The processes of Hedgerow put together, and the command's parts.
//!
//! - `platform`: one role per process, or all in one
//! - `config`, `keys`: what a process is told
//! - `command`: one file per noun of the command
//! - `client`, `dynamic`: the command as a client; any rpc by its descriptor
//! - `demo`: a fictional authority with a term of history

pub mod client;
pub mod command;
pub mod config;
pub mod demo;
pub mod dynamic;
pub mod keys;
pub mod platform;
