//! By when a step is due, in a school's own days.

use chassis::{calendar, clock::london};
use time::{Duration, OffsetDateTime};

/// When a step that became needed at `from` is due; none where no clock runs.
pub fn due(kind: &str, amount: u32, from: OffsetDateTime) -> Option<OffsetDateTime> {
    match kind {
        "at_once" => Some(from),
        "hours" => Some(from + Duration::hours(amount.into())),
        "working_days" => Some(calendar::working_days_after(from, amount)),
        "days" => Some(calendar::end_of_day((london(from) + Duration::days(amount.into())).date())),
        _ => None,
    }
}

/// How a due date stands: `overdue`, `due_today` or `due`.
pub fn word(due: OffsetDateTime, now: OffsetDateTime) -> &'static str {
    if london(due).date() < london(now).date() || due + Duration::hours(1) < now {
        "overdue"
    } else if london(due).date() == london(now).date() {
        "due_today"
    } else {
        "due"
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_working_day_clock_started_on_friday_ends_on_monday() {
        let due = due("working_days", 1, datetime!(2026-11-20 16:00 UTC));
        assert_eq!(due, Some(datetime!(2026-11-23 23:59:59 UTC)));
        assert_eq!(word(datetime!(2026-11-23 23:59:59 UTC), datetime!(2026-11-23 09:00 UTC)), "due_today");
        assert_eq!(word(datetime!(2026-11-23 23:59:59 UTC), datetime!(2026-11-24 09:00 UTC)), "overdue");
        assert_eq!(word(datetime!(2026-11-23 23:59:59 UTC), datetime!(2026-11-21 09:00 UTC)), "due");
    }
}
