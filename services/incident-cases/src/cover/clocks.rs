//! How long a concern may wait unread at a school, as its policy says.

use chassis::calendar::{ClosedDays, Hours};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::rules;

/// How pressing a concern is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// A child is not safe now.
    Danger,
    /// It is not sure that the child is safe.
    Urgent,
    /// Every other.
    Ordinary,
}

impl Urgency {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Danger => "danger",
            Self::Urgent => "urgent",
            Self::Ordinary => "ordinary",
        }
    }
}

/// The clocks of one school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// Minutes in which a concern about danger is read.
    pub danger: u32,
    /// Minutes of school hours in which an urgent one is.
    pub urgent: u32,
    /// Minutes of school hours in which any other is.
    pub ordinary: u32,
    /// The hours of a school day.
    pub hours: Hours,
    /// The days the school is closed.
    pub closed_days: ClosedDays,
    /// Whether the school keeps its own records of a child whose file the next school received (rule TRF-03: the
    /// authority's to say).
    #[serde(default = "kept")]
    pub keeps_copy: bool,
}

fn kept() -> bool {
    true
}

impl Default for Clocks {
    fn default() -> Self {
        Self {
            danger: rules::CONCERN_ACK_DANGER,
            urgent: rules::CONCERN_ACK_URGENT,
            ordinary: rules::CONCERN_ACK_ORDINARY,
            hours: rules::SCHOOL_HOURS,
            closed_days: ClosedDays::default(),
            keeps_copy: kept(),
        }
    }
}

impl Clocks {
    /// Minutes in which a concern is read.
    pub fn minutes(&self, urgency: Urgency) -> u32 {
        match urgency {
            Urgency::Danger => self.danger,
            Urgency::Urgent => self.urgent,
            Urgency::Ordinary => self.ordinary,
        }
    }

    /// When a clock that is started at `from` has run out. Danger waits for no school day.
    pub fn out(&self, urgency: Urgency, from: OffsetDateTime) -> OffsetDateTime {
        match urgency {
            Urgency::Danger => from + Duration::minutes(self.danger.into()),
            Urgency::Urgent | Urgency::Ordinary => {
                self.closed_days.minutes_after(from, self.minutes(urgency), self.hours)
            }
        }
    }

    /// When a clock that is started at `from` begins to run.
    pub fn begins(&self, urgency: Urgency, from: OffsetDateTime) -> OffsetDateTime {
        match urgency {
            Urgency::Danger => from,
            Urgency::Urgent | Urgency::Ordinary => self.closed_days.minutes_after(from, 0, self.hours),
        }
    }
}
