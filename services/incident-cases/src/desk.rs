//! What the authority's desks keep of their own, sealed under keys that no school holds.
//!
//! - `allegation`: the designated officer's record of one allegation, from the first call to the outcome
//! - `figures`: what is counted of them, and what of that may be published; `year`: what was published of a year
//! - `referral`: what schools sent into a desk's inbox
//! - `pattern`: adults about whom several schools have concerns

pub mod allegation;
pub mod figures;
pub mod pattern;
pub mod referral;
#[cfg(test)]
mod tests;
pub mod year;
