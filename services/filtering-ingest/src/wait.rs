//! By when an alert is opened at a school, in its hours of its days, and what happens outside them.

use chassis::calendar::{ClosedDays, Hours, on};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::rules;

/// Who is told of a critical alert outside school hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutOfHours {
    /// Whoever it goes to anyway.
    #[default]
    Same,
    /// The head, too.
    HeadToo,
}

/// How long alerts may wait at one school, as its policy says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// Minutes in which a critical one is opened, at every hour.
    pub critical: u32,
    /// Minutes of school hours in which a high one is.
    pub high: u32,
    /// Minutes of school hours in which any other is.
    pub ordinary: u32,
    /// The hours of a school day.
    pub hours: Hours,
    /// The days the school is closed.
    pub closed_days: ClosedDays,
    /// Who is told of a critical one outside them.
    pub out_of_hours: OutOfHours,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            critical: rules::ACK_CRITICAL,
            high: rules::ACK_HIGH,
            ordinary: rules::ACK_ORDINARY,
            hours: rules::SCHOOL_HOURS,
            closed_days: ClosedDays::default(),
            out_of_hours: OutOfHours::default(),
        }
    }
}

impl Times {
    /// By when an alert that was raised, or passed on, at a moment is opened. What is critical waits for no school day.
    pub fn due(&self, severity: &str, from: OffsetDateTime) -> OffsetDateTime {
        match severity {
            "critical" => from + Duration::minutes(self.critical.into()),
            "high" => self.closed_days.minutes_after(from, self.high, self.hours),
            _ => self.closed_days.minutes_after(from, self.ordinary, self.hours),
        }
    }

    /// Whether a moment lies outside the school's hours.
    pub fn outside(&self, at: OffsetDateTime) -> bool {
        let date = chassis::clock::london(at).date();
        !self.closed_days.school_day(date) || at < on(date, self.hours.from) || at >= on(date, self.hours.to)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn what_is_critical_waits_for_no_school_day_and_the_rest_waits_in_its_hours() {
        let times = Times { closed_days: ClosedDays::read(["2026-11-30"]), ..Times::default() };
        // A Friday, half an hour before school ends; the school is closed on Monday.
        let friday = datetime!(2026-11-27 15:00 UTC);
        assert_eq!(times.due("critical", friday), datetime!(2026-11-27 15:10 UTC));
        assert_eq!(times.due("high", friday), datetime!(2026-12-01 09:00 UTC));
        assert_eq!(times.due("medium", friday), datetime!(2026-12-01 12:00 UTC));
        assert!(!times.outside(friday) && times.outside(datetime!(2026-11-27 15:30 UTC)));
        assert!(times.outside(datetime!(2026-11-30 10:00 UTC)) && times.outside(datetime!(2026-11-28 10:00 UTC)));
        assert!(!times.outside(datetime!(2026-07-01 07:45 UTC)), "a quarter to nine in summer");
    }
}
