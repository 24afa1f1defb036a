//! Days and months.

use time::{Date, Month, format_description::BorrowedFormatItem, macros::format_description};

const ISO: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const BRITISH: &[BorrowedFormatItem<'_>] = format_description!("[day padding:none]/[month padding:none]/[year]");

/// A day as people and spreadsheets write it.
pub(super) fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    Date::parse(text, ISO)
        .or_else(|_| Date::parse(text, BRITISH))
        .ok()
        .filter(|day| (1900..=2200).contains(&day.year()))
}

/// A day as entries have it.
pub(super) fn written(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

/// The same day some months later, or the last one of that month.
pub(super) fn plus_months(day: Date, months: u32) -> Option<Date> {
    let months = u32::from(u8::from(day.month())) - 1 + months;
    let year = day.year().checked_add(i32::try_from(months / 12).ok()?)?;
    let month = Month::try_from(u8::try_from(months % 12 + 1).ok()?).ok()?;
    Date::from_calendar_date(year, month, day.day().min(month.length(year))).ok()
}
