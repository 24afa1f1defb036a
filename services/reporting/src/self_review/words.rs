//! Days, intervals and lists in sentences.

use time::{Date, Month};

/// A day as people read it: `24 November 2026`.
pub(crate) fn day(day: Date) -> String {
    format!("{} {} {}", day.day(), day.month(), day.year())
}

/// Things on record, one after the other.
pub(crate) fn listed(things: &[&str]) -> String {
    things.join("; ")
}

/// So many months before or after a day; the last day of a month that is too short.
pub(crate) fn months_from(day: Date, months: i32) -> Date {
    let count = day.year() * 12 + i32::from(u8::from(day.month())) - 1 + months;
    let month = u8::try_from(count.rem_euclid(12) + 1).ok().and_then(|month| Month::try_from(month).ok());
    let year = count.div_euclid(12);
    let found = |month| (1..=day.day()).rev().find_map(|day| Date::from_calendar_date(year, month, day).ok());
    month.and_then(found).unwrap_or(day)
}

/// How many months a promise means; none where it names no interval.
pub(crate) fn interval(promise: &str) -> Option<i32> {
    match promise {
        "every month" => Some(1),
        "every half term" => Some(2),
        "every term" => Some(4),
        "every year" => Some(12),
        number => number.parse().ok().filter(|months| (1..=120).contains(months)),
    }
}

/// An interval within a sentence.
pub(crate) fn every(months: i32) -> String {
    match months {
        1 => "every month".to_owned(),
        months => format!("every {months} months"),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn months_end_with_their_last_day() {
        assert_eq!(months_from(date!(2026 - 11 - 24), 4), date!(2027 - 03 - 24));
        assert_eq!(months_from(date!(2026 - 10 - 31), 4), date!(2027 - 02 - 28));
        assert_eq!(months_from(date!(2026 - 11 - 24), -12), date!(2025 - 11 - 24));
        assert_eq!(months_from(date!(2026 - 01 - 31), -2), date!(2025 - 11 - 30));
        assert_eq!(["4", "every half term", "at no set interval", "0"].map(interval), [Some(4), Some(2), None, None]);
        assert_eq!((every(1), every(4)), ("every month".to_owned(), "every 4 months".to_owned()));
    }
}
