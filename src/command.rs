//! One file per noun of the command.

pub mod audit;
pub mod cases;
pub mod client;
pub mod learners;
pub mod lint;
pub mod logs;
pub mod operate;
pub mod policy;
pub mod serve;
