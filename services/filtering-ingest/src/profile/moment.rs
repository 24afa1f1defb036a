//! Times as devices write them: epochs by magnitude, dates with figures in the profile's order or with the month's name,
//! clocks with fractions, zones behind them.

use serde::Deserialize;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use super::zone;

/// The order of a date's figures. The profile's, never guessed by the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// Year, month, day.
    #[default]
    Ymd,
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

/// What an epoch counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    /// By its magnitude.
    #[default]
    Auto,
    /// Seconds.
    S,
    /// Milliseconds.
    Ms,
    /// Microseconds.
    Us,
    /// Nanoseconds.
    Ns,
}

/// A time as written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Written {
    /// A moment.
    Moment(OffsetDateTime),
    /// A local time; `unknown_zone` where a word stands behind it that is no zone known here.
    Local {
        /// The time.
        at: PrimitiveDateTime,
        /// Whether a zone was named that nobody knows.
        unknown_zone: bool,
    },
    /// A day and a time of some year.
    NoYear(Month, u8, Time),
}

/// An epoch in seconds with a fraction, or in smaller units.
pub(crate) fn epoch(text: &str, unit: Unit) -> Option<OffsetDateTime> {
    let bytes = text.as_bytes();
    let mut whole: u64 = 0;
    let mut at = 0;
    while let Some(digit) = bytes.get(at).filter(|b| b.is_ascii_digit()) {
        whole = whole.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
        at += 1;
    }
    let unit = match (unit, at) {
        // A clock that was never set counts from 1970. Figures without a fraction may be a date, or anything.
        (Unit::Auto, 1..=8 | 11) if bytes.get(at) == Some(&b'.') => Unit::S,
        (Unit::Auto, 9 | 10) => Unit::S,
        (Unit::Auto, 12 | 13) => Unit::Ms,
        (Unit::Auto, 15 | 16) => Unit::Us,
        (Unit::Auto, 18 | 19) => Unit::Ns,
        (Unit::Auto, _) => return None,
        (unit, digits) if digits > 0 => unit,
        _ => return None,
    };
    let mut fraction: u32 = 0;
    if at < bytes.len() {
        if bytes[at] != b'.' || bytes.len() == at + 1 {
            return None;
        }
        let mut places = 0;
        for digit in &bytes[at + 1..] {
            if !digit.is_ascii_digit() {
                return None;
            }
            if places < 9 {
                fraction = fraction * 10 + u32::from(digit - b'0');
                places += 1;
            }
        }
        fraction *= 10_u32.pow(9 - places);
    }
    let (seconds, nanos) = match unit {
        Unit::S | Unit::Auto => (whole, fraction),
        Unit::Ms => (whole / 1_000, u32::try_from(whole % 1_000).ok()? * 1_000_000 + fraction / 1_000),
        Unit::Us => (whole / 1_000_000, u32::try_from(whole % 1_000_000).ok()? * 1_000),
        Unit::Ns => (whole / 1_000_000_000, u32::try_from(whole % 1_000_000_000).ok()?),
    };
    if seconds == 0 && !bytes.contains(&b'.') {
        return None;
    }
    OffsetDateTime::from_unix_timestamp(i64::try_from(seconds).ok()?).ok()?.replace_nanosecond(nanos).ok()
}

/// The parts of a time as they come.
#[derive(Default)]
struct Parts {
    figures: [(u32, usize); 3],
    count: usize,
    month: Option<Month>,
    year: Option<i32>,
    clock: [u8; 3],
    clocked: usize,
    nanos: u32,
    afternoon: Option<bool>,
    offset: Option<UtcOffset>,
    unknown_zone: bool,
}

/// Reads a date and a time of day; none where the text is none.
pub(crate) fn read(text: &str, order: Order) -> Option<Written> {
    // A time is short: what is longer is none, and is not looked through.
    if text.len() > 64 {
        return None;
    }
    let bytes = text.as_bytes();
    // 2026:11:16-10:15:42, as one maker writes it.
    if bytes.get(4) == Some(&b':') && bytes.get(7) == Some(&b':') && bytes.get(10) == Some(&b'-') {
        let (date, clock) = text.split_once('-')?;
        return if clock.contains('-') { None } else { read(&format!("{} {clock}", date.replace(':', "-")), order) };
    }
    let mut parts = Parts::default();
    let mut at = 0;
    while at < bytes.len() {
        let from = at;
        match bytes[at] {
            b'0'..=b'9' => {
                while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                    at += 1;
                }
                parts.figure(text.get(from..at)?, bytes.get(at).copied())?;
            }
            b'a'..=b'z' | b'A'..=b'Z' => {
                while bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
                    at += 1;
                }
                parts.word(text.get(from..at)?);
            }
            b'.' | b',' if parts.clocked == 3 && parts.nanos == 0 && parts.offset.is_none() => {
                at += 1;
                while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                    at += 1;
                }
                let digits = text.get(from + 1..at)?;
                let kept = digits.get(..digits.len().min(9))?;
                let places = u32::try_from(kept.len()).ok()?;
                parts.nanos = if kept.is_empty() { 0 } else { kept.parse::<u32>().ok()? * 10_u32.pow(9 - places) };
            }
            b'+' | b'-' if parts.clocked >= 2 => {
                at += 1;
                while bytes.get(at).is_some_and(|b| b.is_ascii_digit() || *b == b':') {
                    at += 1;
                }
                parts.offset = Some(zone::offset(text.get(from..at)?)?);
            }
            b' ' | b'\t' | b'-' | b'/' | b'.' | b':' | b',' | b'[' | b']' | b'(' | b')' => at += 1,
            _ => return None,
        }
    }
    parts.written(order)
}

impl Parts {
    fn figure(&mut self, digits: &str, next: Option<u8>) -> Option<()> {
        let number: u32 = digits.parse().ok()?;
        match digits.len() {
            // 20261116T101542 and its like.
            8 if self.count == 0 => {
                self.year = i32::try_from(number / 10_000).ok();
                self.figures[0] = (number / 10_000, 4);
                self.figures[1] = (number / 100 % 100, 2);
                self.figures[2] = (number % 100, 2);
                self.count = 3;
            }
            6 if self.count == 3 && self.clocked == 0 => {
                let two = |n: u32| u8::try_from(n % 100).ok();
                self.clock = [two(number / 10_000)?, two(number / 100)?, two(number)?];
                self.clocked = 3;
            }
            4 => {
                if self.year.is_some() {
                    return None;
                }
                self.year = i32::try_from(number).ok();
                if self.month.is_none() && self.count < 3 {
                    self.figures[self.count] = (number, 4);
                    self.count += 1;
                }
            }
            1 | 2 if self.clocked > 0 || next == Some(b':') => {
                *self.clock.get_mut(self.clocked)? = u8::try_from(number).ok()?;
                self.clocked += 1;
            }
            1 | 2 => {
                *self.figures.get_mut(self.count)? = (number, digits.len());
                self.count += 1;
            }
            _ => return None,
        }
        Some(())
    }

    fn word(&mut self, word: &str) {
        const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        let begin = word.get(..3).unwrap_or_default().to_ascii_lowercase();
        let month = MONTHS.iter().position(|m| *m == begin).and_then(|place| u8::try_from(place + 1).ok());
        match month.and_then(|number| Month::try_from(number).ok()) {
            Some(month) if self.month.is_none() => self.month = Some(month),
            _ if ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].contains(&begin.as_str()) && self.clocked == 0 => {}
            _ if word.eq_ignore_ascii_case("t") => {}
            _ if word.eq_ignore_ascii_case("am") => self.afternoon = Some(false),
            _ if word.eq_ignore_ascii_case("pm") => self.afternoon = Some(true),
            _ => match zone::abbreviation(word) {
                Some(offset) if self.offset.is_none() => self.offset = Some(offset),
                Some(_) => {}
                None => self.unknown_zone = true,
            },
        }
    }

    fn written(self, order: Order) -> Option<Written> {
        let hour = match (self.clock[0], self.afternoon) {
            (12, Some(false)) => 0,
            (hour @ 1..=11, Some(true)) => hour + 12,
            (hour, _) => hour,
        };
        if self.clocked < 2 {
            return None;
        }
        // A leap second is the last of its minute.
        let time = Time::from_hms_nano(hour, self.clock[1], self.clock[2].min(59), self.nanos).ok()?;
        let [a, b, c] = self.figures;
        let (year, month, day) = match self.month {
            Some(month) => {
                let (day, year) = match (self.year, self.count) {
                    (Some(year), _) => (if a.1 == 4 { b } else { a }, Some(year)),
                    // 18-Nov-26.
                    (None, 2..) => (a, Some(i32::try_from(b.0).ok()? + 2000)),
                    (None, _) => (a, None),
                };
                (year, month, day)
            }
            None => {
                let (year, month, day) = match order {
                    // A year of four figures in front is one in any order.
                    _ if self.count < 3 => return None,
                    Order::Ymd => (a, b, c),
                    _ if a.1 == 4 => (a, b, c),
                    Order::Dmy => (c, b, a),
                    Order::Mdy => (c, a, b),
                };
                let short = i32::try_from(year.0).ok()?;
                let year = self.year.unwrap_or(if short < 100 { short + 2000 } else { short });
                (Some(year), Month::try_from(u8::try_from(month.0).ok()?).ok()?, day)
            }
        };
        let day = u8::try_from(day.0).ok()?;
        let Some(year) = year else { return Some(Written::NoYear(month, day, time)) };
        let at = PrimitiveDateTime::new(Date::from_calendar_date(year, month, day).ok()?, time);
        Some(match self.offset {
            // The last day that there is may be none in UTC.
            Some(offset) => Written::Moment(at.assume_offset(offset).checked_to_offset(UtcOffset::UTC)?),
            None => Written::Local { at, unknown_zone: self.unknown_zone },
        })
    }
}

/// The year in which a day of some year lies nearest to a moment.
pub(crate) fn nearest(month: Month, day: u8, time: Time, to: OffsetDateTime) -> Option<PrimitiveDateTime> {
    let year = to.year();
    let candidates = [year - 1, year, year + 1]
        .into_iter()
        .filter_map(|year| Some(PrimitiveDateTime::new(Date::from_calendar_date(year, month, day).ok()?, time)));
    candidates.min_by_key(|at| (at.assume_utc() - to).abs())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn epochs_are_read_by_magnitude() {
        let auto = |text: &str| epoch(text, Unit::Auto);
        assert_eq!(auto("1545938629"), Some(datetime!(2018-12-27 19:23:49 UTC)));
        assert_eq!(auto("1794825936.916"), Some(datetime!(2026-11-16 10:45:36.916 UTC)));
        assert_eq!(auto("1794825936916"), Some(datetime!(2026-11-16 10:45:36.916 UTC)));
        assert_eq!(auto("1794817802000000"), Some(datetime!(2026-11-16 08:30:02 UTC)));
        assert_eq!(auto("1794817802000000000"), Some(datetime!(2026-11-16 08:30:02 UTC)));
        for not in ["", "1", "1794825936.", "1794825936.9x", "-1794825936", "99999999999999999999"] {
            assert_eq!(auto(not), None, "{not}");
        }
        assert_eq!(epoch("86400", Unit::S), Some(datetime!(1970-01-02 0:00 UTC)));
        assert_eq!((epoch("0", Unit::S), auto("86400"), auto("26.11.16")), (None, None, None));
        assert_eq!(auto("86400.123"), Some(datetime!(1970-01-02 0:00:00.123 UTC)));
        assert_eq!(auto("0.5"), Some(datetime!(1970-01-01 0:00:00.5 UTC)));
    }

    #[test]
    fn dates_are_read_in_the_profiles_order() {
        let local = |at| Some(Written::Local { at, unknown_zone: false });
        let ymd = |text: &str| read(text, Order::Ymd);
        for text in [
            "2026-11-16 10:15:42",
            "2026:11:16-10:15:42",
            "2026.11.16 10:15:42",
            "26.11.16 10:15:42",
            "2026/11/16T10:15:42",
        ] {
            assert_eq!(ymd(text), local(datetime!(2026-11-16 10:15:42)), "{text}");
        }
        assert_eq!(ymd("2017.8.18 11:56:27"), local(datetime!(2017-08-18 11:56:27)));
        assert_eq!(read("03/04/2026 10:15", Order::Dmy), local(datetime!(2026-04-03 10:15)));
        assert_eq!(read("03/04/2026 1:15:00 PM", Order::Mdy), local(datetime!(2026-03-04 13:15)));
        assert_eq!(ymd("16/Nov/2026:10:15:42 +0100"), Some(Written::Moment(datetime!(2026-11-16 09:15:42 UTC))));
        assert_eq!(ymd("Mon Nov 16 10:15:42 2026"), local(datetime!(2026-11-16 10:15:42)));
        assert_eq!(ymd("Nov 16 2026 10:15:42 GMT"), Some(Written::Moment(datetime!(2026-11-16 10:15:42 UTC))));
        assert_eq!(
            ymd("2026-11-16T10:15:42.123456Z"),
            Some(Written::Moment(datetime!(2026-11-16 10:15:42.123456 UTC)))
        );
        assert_eq!(ymd("2026-11-16T10:15:42-0400"), Some(Written::Moment(datetime!(2026-11-16 14:15:42 UTC))));
        let noyear = Written::NoYear(Month::March, 2, time::macros::time!(10:15:42));
        assert_eq!(ymd("Mar  2 10:15:42"), Some(noyear));
        for not in ["9999-12-31T23:59:59-12:00", "31/Dec/9999:23:59:59 -0400"] {
            assert_eq!(ymd(not), None, "{not}");
        }
        for not in ["", "2026-13-01 10:00:00", "2026-11-16", "yesterday", "2026-11-16 25:00:00", "1.2.3.4"] {
            assert_eq!(ymd(not), None, "{not}");
        }
    }

    #[test]
    fn a_year_that_is_not_written_is_the_nearest() {
        let at = |month, to| nearest(month, 31, Time::MIDNIGHT, to).map(PrimitiveDateTime::year);
        assert_eq!(at(Month::December, datetime!(2027-01-01 00:10 UTC)), Some(2026));
        assert_eq!(at(Month::January, datetime!(2026-12-31 23:50 UTC)), Some(2027));
    }
}
