//! Time as an argument: nothing outside this file asks the machine what time it is.

use std::sync::{Arc, Mutex, PoisonError};

use time::OffsetDateTime;

/// Tells the time in UTC.
pub trait Clock: Send + Sync {
    /// The present moment, UTC.
    fn now(&self) -> OffsetDateTime;
}

/// A clock that many parts of a process share.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's own clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// A clock that moves only when it is told to: tests, and the demonstration's past term.
/// Released, it follows the machine's clock from then on.
#[derive(Debug)]
pub struct ManualClock(Mutex<Option<OffsetDateTime>>);

impl ManualClock {
    /// A clock that stands at `at`.
    pub fn new(at: OffsetDateTime) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Some(at))))
    }

    /// Puts the clock at `at`.
    pub fn set(&self, at: OffsetDateTime) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    /// Moves the clock on by `by`.
    pub fn advance(&self, by: time::Duration) {
        let at = self.now() + by;
        self.set(at);
    }

    /// Lets the clock follow the machine's from now on.
    pub fn release(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or_else(|| SystemClock.now())
    }
}

/// A moment as the contract writes it.
pub fn timestamp(at: OffsetDateTime) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.unix_timestamp(), nanos: i32::try_from(at.nanosecond()).unwrap_or_default() }
}

/// A moment read from the contract; none where it is out of range.
pub fn moment(at: &prost_types::Timestamp) -> Option<OffsetDateTime> {
    let nanos = u32::try_from(at.nanos).ok().filter(|n| *n < 1_000_000_000)?;
    Some(OffsetDateTime::from_unix_timestamp(at.seconds).ok()? + time::Duration::nanoseconds(i64::from(nanos)))
}

/// The years a record can be about: people still living were born in the first, and nothing is planned past the last.
pub const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// A moment that somebody told us; none where it is out of range, or of a year that nobody can mean.
pub fn told(at: &prost_types::Timestamp) -> Option<OffsetDateTime> {
    moment(at).filter(|at| YEARS.contains(&at.year()))
}

/// A moment cut to microseconds, which is what both stores keep.
pub fn micros(at: OffsetDateTime) -> OffsetDateTime {
    at.replace_nanosecond(at.nanosecond() / 1_000 * 1_000).unwrap_or(at)
}

/// Wall clock times of `Europe/London`, as a school reads them.
pub fn london(at: OffsetDateTime) -> OffsetDateTime {
    let offset = if summer_time(at) { time::UtcOffset::from_hms(1, 0, 0) } else { Ok(time::UtcOffset::UTC) };
    at.to_offset(offset.unwrap_or(time::UtcOffset::UTC))
}

/// Whether British Summer Time runs at a moment: from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last
/// Sunday of October (Summer Time Order 2002).
fn summer_time(at: OffsetDateTime) -> bool {
    let at = at.to_offset(time::UtcOffset::UTC);
    let turn = |month| {
        let mut day = time::Date::from_calendar_date(at.year(), month, 31).ok()?;
        while day.weekday() != time::Weekday::Sunday {
            day = day.previous_day()?;
        }
        Some(day.with_hms(1, 0, 0).ok()?.assume_utc())
    };
    matches!((turn(time::Month::March), turn(time::Month::October)), (Some(a), Some(b)) if a <= at && at < b)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn london_is_an_hour_ahead_in_summer_only() {
        assert_eq!(london(datetime!(2026-07-01 12:00 UTC)).hour(), 13);
        assert_eq!(london(datetime!(2026-11-22 12:00 UTC)).hour(), 12);
        assert_eq!(london(datetime!(2026-03-29 00:59 UTC)).hour(), 0);
        assert_eq!(london(datetime!(2026-03-29 01:00 UTC)).hour(), 2);
        assert_eq!(london(datetime!(2026-10-25 01:00 UTC)).hour(), 1);
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::new(datetime!(2026-09-01 08:00 UTC));
        assert_eq!(clock.now(), clock.now());
        clock.advance(time::Duration::hours(2));
        assert_eq!(clock.now(), datetime!(2026-09-01 10:00 UTC));
    }
}
