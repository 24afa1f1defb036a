//! What the authority's desks keep of their own, sealed under keys that no school holds.
//!
//! - `allegation`: the designated officer's record of one allegation, from the first call to the outcome
//! - `figures`: what is counted of them, and what of that may be published

pub mod allegation;
pub mod figures;
#[cfg(test)]
mod tests;
