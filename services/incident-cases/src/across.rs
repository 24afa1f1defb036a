//! What goes between a school and others.
//!
//! - `waiting`: what somebody has still to do, the school itself or somebody it waits for
//! - `told`: who outside was told what about a learner
//! - `fate`: what became of what is told only once it is taken

pub mod fate;
pub mod told;
pub mod waiting;
