//! What can be set about figures.

use chassis::{
    error::{Result, Violations},
    suppress::MIN_CELL,
};
use serde::{Deserialize, Serialize};

/// Beneath that nobody would be protected.
const LEAST: u64 = 3;
/// Beyond that a school would have no figures.
const MOST: u64 = 50;

/// The least of the least numbers of schools: beneath that a quarter of them would be one.
const FEWEST: usize = 5;
/// The usual one.
const SCHOOLS: usize = 10;
/// The most of them: beyond that nobody would be told a place.
const ALL: usize = 200;

/// Disclosure control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Disclosure {
    /// The least count of people that is printed, beside 0.
    pub min_cell: u64,
    /// Among fewer schools than this no school is told its place.
    pub min_schools: usize,
}

impl Default for Disclosure {
    fn default() -> Self {
        Self { min_cell: MIN_CELL, min_schools: SCHOOLS }
    }
}

impl Disclosure {
    /// Checks the setting.
    ///
    /// # Errors
    /// `Invalid`, naming the key.
    pub fn check(&self) -> Result<()> {
        let mut v = Violations::new();
        let fits = (LEAST..=MOST).contains(&self.min_cell);
        v.check(fits, "disclosure.min_cell", format!("Enter a number from {LEAST} to {MOST}"));
        let fits = (FEWEST..=ALL).contains(&self.min_schools);
        v.check(fits, "disclosure.min_schools", format!("Enter a number from {FEWEST} to {ALL}"));
        v.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_that_protects_nobody_is_refused() {
        let of = |min_cell| Disclosure { min_cell, ..Disclosure::default() }.check().is_ok();
        assert_eq!([0, 2, 3, 6, 50, 51].map(of), [false, false, true, true, true, false]);
        assert_eq!(Disclosure::default().min_cell, 6);
        let of = |min_schools| Disclosure { min_schools, ..Disclosure::default() }.check().is_ok();
        assert_eq!([0, 4, 5, 10, 200, 201].map(of), [false, false, true, true, true, false]);
    }
}
