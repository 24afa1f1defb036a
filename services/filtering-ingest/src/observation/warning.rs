//! What was odd about a line that was read all the same.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One oddity. The order is stored: a new one comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Warning {
    /// Bytes that are no UTF-8, read as Windows-1252.
    OtherEncoding,
    /// Control characters, kept as the signs that stand for them.
    ControlCharacters,
    /// Characters that change how a line is shown.
    HiddenCharacters,
    /// The line was cut off behind what is needed of it.
    Truncated,
    /// The product's word for what it did is not in the profile's map.
    UnknownOutcome,
    /// The line's zone is not known: the profile's was taken.
    UnknownZone,
    /// A local time of the hour that comes twice in October: taken as the first.
    AmbiguousTime,
    /// A local time of the hour that is left out in March.
    SkippedTime,
    /// A time that cannot be read: when the line was received.
    UnreadableTime,
    /// The line has no time of its own: the time of its header.
    HeaderTime,
    /// The device's clock is more than five minutes ahead of the platform's.
    ClockAhead,
    /// The line is more than a day late, or the device's clock is behind.
    ClockBehind,
    /// The client's address is masked.
    MaskedAddress,
    /// A field stands twice with different values: the first was taken, but of categories and outcomes, of which the gravest
    /// decides.
    DoubledField,
    /// A number that is none.
    UnreadableNumber,
    /// A category's number is the operator's own, and the profile does not say what it means.
    LocalCategory,
    /// A category stands twice with different values: all were taken, and none makes another less grave.
    DoubledCategory,
    /// What stands for the host holds signs that no host has.
    OddHost,
    /// It stood in one line with others.
    JoinedRecords,
    /// A search is longer than what is judged of one.
    LongSearch,
}

/// Every oddity there is.
const ALL: [Warning; 20] = [
    Warning::OtherEncoding,
    Warning::ControlCharacters,
    Warning::HiddenCharacters,
    Warning::Truncated,
    Warning::UnknownOutcome,
    Warning::UnknownZone,
    Warning::AmbiguousTime,
    Warning::SkippedTime,
    Warning::UnreadableTime,
    Warning::HeaderTime,
    Warning::ClockAhead,
    Warning::ClockBehind,
    Warning::MaskedAddress,
    Warning::DoubledField,
    Warning::UnreadableNumber,
    Warning::LocalCategory,
    Warning::DoubledCategory,
    Warning::OddHost,
    Warning::JoinedRecords,
    Warning::LongSearch,
];

/// Several, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Warnings(u32);

impl Warnings {
    /// Adds one.
    pub fn add(&mut self, warning: Warning) {
        self.0 |= 1 << (warning as u8);
    }

    /// The same with one more.
    #[must_use]
    pub fn with(mut self, warning: Warning) -> Self {
        self.add(warning);
        self
    }

    /// Adds those of another.
    pub fn extend(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether one is among them.
    pub fn has(self, warning: Warning) -> bool {
        self.0 & (1 << (warning as u8)) != 0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// A bit each: stored, so that a new oddity goes behind those there are.
    pub(crate) fn bits(self) -> u32 {
        self.0
    }

    /// Those of these bits.
    pub(crate) fn of_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Warning> {
        ALL.into_iter().filter(move |warning| self.has(*warning))
    }
}

impl FromIterator<Warning> for Warnings {
    fn from_iter<T: IntoIterator<Item = Warning>>(warnings: T) -> Self {
        warnings.into_iter().fold(Self::default(), Self::with)
    }
}

impl Serialize for Warnings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Warnings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Warning>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_warning_has_its_own_place() {
        for (place, warning) in (0u8..).zip(ALL) {
            assert_eq!(warning as u8, place);
            assert_eq!(Warnings::default().with(warning).iter().collect::<Vec<_>>(), [warning]);
        }
    }
}
