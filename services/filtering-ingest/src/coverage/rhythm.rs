//! What a feed is expected to do, as its owner states it.

use chassis::calendar;
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime, Time};

use super::SchoolYear;

/// A stated rhythm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rhythm {
    /// Lines come at least every so many minutes.
    Every {
        /// Minutes, 1 to 240.
        minutes: u32,
        /// From this time of day on.
        from: Time,
        /// Until this time of day.
        to: Time,
        /// On which days.
        days: Days,
    },
    /// One export holds a whole day.
    Daily {
        /// The time of day by which it is there.
        by: Time,
        /// Of which days.
        days: Days,
    },
}

/// Days on which something is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Days {
    /// Those on which the school works.
    School,
    /// All of them.
    Every,
}

/// The most minutes a stated rhythm may leave between lines.
pub const MOST_MINUTES: u32 = 240;

impl Days {
    /// Whether something is expected on a day.
    pub fn contain(self, date: Date, year: &SchoolYear) -> bool {
        match self {
            Self::School => year.closed.school_day(date),
            Self::Every => true,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::School => "school days",
            Self::Every => "every day",
        }
    }
}

impl Rhythm {
    /// The days it is about.
    pub fn days(&self) -> Days {
        match self {
            Self::Every { days, .. } | Self::Daily { days, .. } => *days,
        }
    }

    /// When the export of a day is due: at the stated time of the next morning, or of the day itself where that lies after
    /// the school's hours. None where none is expected.
    pub fn due(&self, date: Date, year: &SchoolYear) -> Option<OffsetDateTime> {
        let Self::Daily { by, days } = self else { return None };
        if !days.contain(date, year) {
            return None;
        }
        let day = if *by > year.hours.to { date } else { date.next_day()? };
        Some(calendar::on(day, *by))
    }

    /// The last day before `now` whose export is due by now, looking back `days` days.
    pub fn last_due(&self, now: OffsetDateTime, days: u16, year: &SchoolYear) -> Option<(Date, OffsetDateTime)> {
        let today = chassis::clock::london(now).date();
        (0..days).find_map(|back| {
            let date = today.checked_sub(Duration::days(back.into()))?;
            Some((date, self.due(date, year).filter(|due| *due <= now)?))
        })
    }

    /// The rhythm in words.
    pub fn words(&self) -> String {
        match self {
            Self::Every { minutes, from, to, days } => {
                let often = often(*minutes);
                format!("Stated: at least {often} from {} to {}, {}", clock(*from), clock(*to), days.words())
            }
            Self::Daily { by, days } => format!("Stated: one export a day by {}, {}", clock(*by), days.words()),
        }
    }
}

/// How often: `every minute`, `every 5 minutes`.
pub(super) fn often(minutes: u32) -> String {
    if minutes == 1 { "every minute".to_owned() } else { format!("every {minutes} minutes") }
}

/// A time of day: `6:00am`.
pub(super) fn clock(at: Time) -> String {
    let half = if at.hour() < 12 { "am" } else { "pm" };
    let hour = if at.hour().is_multiple_of(12) { 12 } else { at.hour() % 12 };
    format!("{hour}:{:02}{half}", at.minute())
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime, time};

    use super::*;

    #[test]
    fn an_export_is_due_the_morning_after_its_school_day() {
        let year = SchoolYear::default();
        let daily = Rhythm::Daily { by: time!(06:00), days: Days::School };
        // The export of Friday is there on Saturday; of Saturday there is none.
        assert_eq!(daily.due(date!(2026 - 11 - 27), &year), Some(datetime!(2026-11-28 06:00 UTC)));
        assert_eq!(daily.due(date!(2026 - 11 - 28), &year), None);
        let monday = datetime!(2026-11-30 09:00 UTC);
        assert_eq!(daily.last_due(monday, 8, &year), Some((date!(2026 - 11 - 27), datetime!(2026-11-28 06:00 UTC))));
        assert_eq!(daily.last_due(monday, 2, &year), None, "nothing was due so lately");
        let evening = Rhythm::Daily { by: time!(18:00), days: Days::School };
        assert_eq!(evening.due(date!(2026 - 07 - 01), &year), Some(datetime!(2026-07-01 17:00 UTC)));
        assert!(daily.words().contains("one export a day by 6:00am, school days"), "{}", daily.words());
    }
}
