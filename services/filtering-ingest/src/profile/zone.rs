//! Local times as UTC: zones by name and by offset, the hour that comes twice in October and the one left out in March.

use time::{Duration, OffsetDateTime, PrimitiveDateTime, UtcOffset};

use crate::observation::Warning;

/// The zones a feed's times may be in.
pub const ZONES: [&str; 2] = ["Europe/London", "UTC"];

/// A zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    /// British time, with its summer.
    London,
    /// A fixed distance from UTC.
    Fixed(UtcOffset),
}

impl Zone {
    /// A zone by its name, its abbreviation or its distance from UTC.
    pub fn new(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("Europe/London") {
            return Some(Self::London);
        }
        abbreviation(text).or_else(|| offset(text)).map(Self::Fixed)
    }

    /// A local time as UTC, and what was odd about it. Of the hour that comes twice the first is taken; a time of the
    /// hour that is left out is read as if the clock had not been put forward.
    pub fn utc(self, local: PrimitiveDateTime) -> (OffsetDateTime, Option<Warning>) {
        let as_utc = local.assume_utc();
        match self {
            Self::Fixed(offset) => {
                let there = as_utc.checked_sub(Duration::seconds(offset.whole_seconds().into()));
                (there.unwrap_or(as_utc), None)
            }
            Self::London => {
                let summer = |at: OffsetDateTime| chassis::clock::london(at).offset() != UtcOffset::UTC;
                let hour_less = as_utc.checked_sub(Duration::hours(1)).unwrap_or(as_utc);
                match (summer(hour_less), summer(as_utc)) {
                    (true, true) => (hour_less, None),
                    (false, false) => (as_utc, None),
                    (true, false) => (hour_less, Some(Warning::AmbiguousTime)),
                    (false, true) => (as_utc, Some(Warning::SkippedTime)),
                }
            }
        }
    }
}

/// The distance a zone's abbreviation stands for, where it stands for one.
pub(crate) fn abbreviation(word: &str) -> Option<UtcOffset> {
    let hours = match word.to_ascii_uppercase().as_str() {
        "Z" | "UTC" | "GMT" | "WET" => 0,
        "BST" | "WEST" | "CET" => 1,
        "CEST" | "EET" => 2,
        "EEST" => 3,
        _ => return None,
    };
    UtcOffset::from_hms(hours, 0, 0).ok()
}

/// `+0000`, `-04:00`, `+11`.
pub(crate) fn offset(text: &str) -> Option<UtcOffset> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    if !(1..=4).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = digits.split_at(digits.len().min(2));
    let minutes: i8 = if minutes.is_empty() { 0 } else { minutes.parse().ok()? };
    UtcOffset::from_hms(sign * hours.parse::<i8>().ok()?, sign * minutes, 0).ok()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn the_hour_that_comes_twice_is_its_first_and_the_one_left_out_is_told_of() {
        let utc = |local| Zone::London.utc(local);
        assert_eq!(utc(datetime!(2026-07-01 12:00)), (datetime!(2026-07-01 11:00 UTC), None));
        assert_eq!(utc(datetime!(2026-12-01 12:00)), (datetime!(2026-12-01 12:00 UTC), None));
        let twice = (datetime!(2026-10-25 00:30 UTC), Some(Warning::AmbiguousTime));
        assert_eq!(utc(datetime!(2026-10-25 01:30)), twice);
        let skipped = (datetime!(2026-03-29 01:30 UTC), Some(Warning::SkippedTime));
        assert_eq!(utc(datetime!(2026-03-29 01:30)), skipped);
    }

    #[test]
    fn zones_are_read_as_devices_write_them() {
        let hours = |text: &str| Zone::new(text).map(|zone| zone.utc(datetime!(2026-01-01 12:00)).0.hour());
        assert_eq!(hours("+0000"), Some(12));
        assert_eq!(hours("+11"), Some(1));
        assert_eq!(hours("-04:00"), Some(16));
        assert_eq!(hours("CET"), Some(11));
        assert_eq!(hours("Mars/Olympus"), None);
        assert_eq!(hours("+99:99"), None);
        let last = datetime!(9999-12-31 23:59:59);
        assert_eq!(Zone::new("-12:00").map(|zone| zone.utc(last).0), Some(last.assume_utc()), "and no panic");
    }
}
