//! By when a step is due, in a school's own days.

use chassis::{
    calendar::{self, ClosedDays},
    clock::london,
};
use time::{Duration, OffsetDateTime};

use super::StepRule;

/// When a step that became needed at `from` is due; none where no clock runs. A clock that a school set stands still on
/// the days it is closed; one that comes from law knows no school holidays.
pub fn due(rule: &StepRule, from: OffsetDateTime, closed: &ClosedDays) -> Option<OffsetDateTime> {
    let amount = rule.clock_amount;
    match rule.clock_kind.as_str() {
        "at_once" => Some(from),
        "hours" => Some(from + Duration::hours(amount.into())),
        "working_days" if rule.clock_source.is_empty() => Some(closed.working_days_after(from, amount)),
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
        let rule = |source: &str| StepRule {
            clock_kind: "working_days".to_owned(),
            clock_amount: 1,
            clock_source: source.to_owned(),
            ..StepRule::default()
        };
        let due = |source, closed| due(&rule(source), datetime!(2026-11-20 16:00 UTC), closed);
        let monday = ClosedDays::read(["2026-11-23"]);
        assert_eq!(due("", &monday), Some(datetime!(2026-11-24 23:59:59 UTC)), "the school is closed");
        assert_eq!(due("lado_contact", &monday), Some(datetime!(2026-11-23 23:59:59 UTC)), "the law is not");
        let due = due("", &ClosedDays::default());
        assert_eq!(due, Some(datetime!(2026-11-23 23:59:59 UTC)));
        assert_eq!(word(datetime!(2026-11-23 23:59:59 UTC), datetime!(2026-11-23 09:00 UTC)), "due_today");
        assert_eq!(word(datetime!(2026-11-23 23:59:59 UTC), datetime!(2026-11-24 09:00 UTC)), "overdue");
        assert_eq!(word(datetime!(2026-11-23 23:59:59 UTC), datetime!(2026-11-21 09:00 UTC)), "due");
    }
}
