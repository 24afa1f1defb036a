//! A place in a stream: Redis writes `1764061200000-3`, a moment and a number within it.

use std::fmt;

/// A place, ordered as the stream is. What cannot be read is the very beginning, before everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Place(u64, u64);

impl Place {
    pub(super) fn read(text: &str) -> Self {
        let (moment, number) = text.split_once('-').unwrap_or((text, "0"));
        moment.parse().ok().zip(number.parse().ok()).map_or_else(Self::default, |(m, n)| Self(m, n))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_ordered_by_number_and_not_by_letter() {
        assert!(Place::read("9-2") < Place::read("10-0"));
        assert!(Place::read("10-2") < Place::read("10-11"));
        assert_eq!(Place::read("nonsense"), Place::read("0-0"));
        assert_eq!(Place::read("12-3").to_string(), "12-3");
    }
}
