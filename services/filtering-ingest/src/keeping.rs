//! How long what filters reported is kept: whole months, so that on PostgreSQL a month goes as a whole. What was kept in a
//! month goes with it once the month ended as many months ago as the school keeps.

use time::{Date, Month, OffsetDateTime};

/// Months that are kept where a school's policy says nothing else (RET-05: no legal figure; twelve are suggested).
pub const MONTHS: u32 = 12;
/// The rule by which what is past that is deleted.
pub const RULE: &str = "RET-05";
/// The most months that a school may keep.
pub const MOST_MONTHS: u32 = 84;

/// The first moment of what is kept at `now`: the beginning (UTC) of the month so many months before the running one.
pub fn kept_from(now: OffsetDateTime, months: u32) -> OffsetDateTime {
    month_start(months_of(now) - i64::from(months.clamp(1, MOST_MONTHS)))
}

/// Months since year 0.
pub fn months_of(at: OffsetDateTime) -> i64 {
    i64::from(at.year()) * 12 + i64::from(u8::from(at.month())) - 1
}

/// The first moment of a month, counted from year 0.
pub fn month_start(months: i64) -> OffsetDateTime {
    let year = i32::try_from(months.div_euclid(12)).unwrap_or(i32::MAX);
    let month = u8::try_from(months.rem_euclid(12) + 1).ok().and_then(|month| Month::try_from(month).ok());
    let day = Date::from_calendar_date(year, month.unwrap_or(Month::January), 1);
    day.map_or(OffsetDateTime::UNIX_EPOCH, |day| day.midnight().assume_utc())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn whole_months_are_kept_besides_the_running_one() {
        let now = datetime!(2026-11-24 09:00 UTC);
        assert_eq!(kept_from(now, 12), datetime!(2025-11-01 00:00 UTC));
        assert_eq!(kept_from(datetime!(2026-01-31 23:59 UTC), 1), datetime!(2025-12-01 00:00 UTC));
        assert_eq!(kept_from(now, 0), datetime!(2026-10-01 00:00 UTC), "one month is the least");
        assert_eq!(kept_from(now, 1000), datetime!(2019-11-01 00:00 UTC));
        assert_eq!(month_start(months_of(now)), datetime!(2026-11-01 00:00 UTC));
    }
}
