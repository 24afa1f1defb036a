//! What is usual of a feed: learnt from its own past, on school days alone. Days on which it hardly sent anything teach
//! nothing, or a feed that was silent for long would be expected to be silent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{Date, Duration, Weekday};

use super::{Fields, Hour, SchoolYear};

/// How far back is learnt from.
pub const WEEKS: i64 = 8;
/// Days that teach what an hour is like.
const DAYS: usize = 3;
/// The share of days, in percent, on which an hour had events that makes it one in which they are expected.
const LIVELY: usize = 80;
/// The share of a median day, in percent, below which a day teaches nothing.
const TEACHES: u64 = 30;
/// The longest that events may usually be on their way.
const LONGEST_LAG: Duration = Duration::days(3);

/// What is usual in one hour of one day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsualHour {
    /// Events, the median.
    pub events: u64,
    /// The longest silence within it, in minutes: four days of five have none that is longer.
    pub silence: u32,
}

/// What is usual.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usual {
    /// The hours of a week from Monday on in which events are expected; none for the others. Empty where nothing is learnt.
    hours: Vec<Option<UsualHour>>,
    /// School days it was learnt from.
    pub days: u32,
    /// How long events are usually on their way, in seconds.
    pub lag_s: i64,
    /// Lines that could not be read, of all that arrived.
    pub malformed: (u64, u64),
    /// What its events say.
    pub fields: Fields,
}

impl Usual {
    /// Learns from the hours of the last weeks, those before `today`.
    pub fn learn(past: &[Hour], year: &SchoolYear, today: Date) -> Self {
        let mut days: BTreeMap<Date, [Option<Hour>; 24]> = BTreeMap::new();
        let mut usual = Self::default();
        let mut lags = Vec::new();
        for hour in past.iter().filter(|hour| hour.date() < today && year.closed.school_day(hour.date())) {
            if let Some(place) = days.entry(hour.date()).or_default().get_mut(usize::from(hour.hour())) {
                *place = Some(*hour);
            }
            lags.extend(hour.lag.map(|(_, longest)| longest.max(0)));
            usual.malformed.0 += hour.malformed;
            usual.malformed.1 += hour.received;
            usual.fields.add(hour.fields);
        }
        let total = |hours: &[Option<Hour>; 24]| hours.iter().flatten().map(|hour| hour.events).sum::<u64>();
        let typical = median(days.values().map(total).collect());
        days.retain(|_, hours| total(hours) > 0 && total(hours) * 100 >= typical * TEACHES);
        usual.lag_s = at(lags, 90).unwrap_or_default().min(LONGEST_LAG.whole_seconds());
        if days.len() < DAYS {
            return usual;
        }
        usual.days = u32::try_from(days.len()).unwrap_or(u32::MAX);
        for weekday in 0..7 {
            let same = |date: &Date| date.weekday().number_days_from_monday() == weekday;
            let of: Vec<&[Option<Hour>; 24]> = days.iter().filter(|(date, _)| same(date)).map(|(_, h)| h).collect();
            // A weekday that was there too seldom is taken to be like the others.
            let of = if of.len() < DAYS { days.values().collect() } else { of };
            for hour in 0..24 {
                let seen: Vec<Option<Hour>> = of.iter().map(|hours| hours[hour]).collect();
                usual.hours.push(of_hour(&seen));
            }
        }
        usual
    }

    /// Whether anything is learnt of its hours.
    pub fn known(&self) -> bool {
        !self.hours.is_empty()
    }

    /// What is usual in an hour of a day of the week; none where nothing is expected then.
    pub fn hour(&self, weekday: Weekday, hour: u8) -> Option<UsualHour> {
        let place = usize::from(weekday.number_days_from_monday()) * 24 + usize::from(hour);
        self.hours.get(place).copied().flatten()
    }

    /// How long events are usually on their way.
    pub fn lag(&self) -> Duration {
        Duration::seconds(self.lag_s)
    }
}

fn of_hour(seen: &[Option<Hour>]) -> Option<UsualHour> {
    let lively = seen.iter().flatten().filter(|hour| hour.events > 0).count();
    if lively * 100 < seen.len() * LIVELY {
        return None;
    }
    let events = median(seen.iter().map(|hour| hour.map_or(0, |hour| hour.events)).collect());
    let silences = seen.iter().flatten().map(|hour| i64::from(hour.minutes.longest_silence())).collect();
    let silence = at(silences, 80).and_then(|minutes| u32::try_from(minutes).ok()).unwrap_or_default();
    Some(UsualHour { events, silence })
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// The value that so many percent of all do not exceed.
fn at(mut values: Vec<i64>, percent: usize) -> Option<i64> {
    values.sort_unstable();
    let place = (values.len() * percent).div_ceil(100).saturating_sub(1);
    values.get(place).copied()
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;
    use crate::coverage::testing::weeks;

    #[test]
    fn what_is_usual_is_learnt_by_weekday_and_hour_on_school_days_alone() {
        let now = datetime!(2026-11-24 09:00 UTC);
        let year = SchoolYear::default();
        let usual = Usual::learn(&weeks(now, 6, 5, 120), &year, now.date());
        assert!(usual.known() && usual.days >= 25, "{} days", usual.days);
        assert_eq!(usual.hour(Weekday::Tuesday, 9), Some(UsualHour { events: 120, silence: 4 }));
        assert_eq!(usual.hour(Weekday::Tuesday, 3), None, "nothing is expected at night");
        assert_eq!((usual.lag_s, usual.fields.person, usual.fields.address > 0), (30, 0, true));
        assert!(!Usual::learn(&weeks(now, 6, 5, 120)[..12], &year, now.date()).known(), "two days are too few");
    }

    #[test]
    fn days_of_silence_do_not_teach_silence() {
        let now = datetime!(2026-11-24 09:00 UTC);
        let mut hours = weeks(now, 6, 5, 120);
        // Three weeks of six it sent next to nothing.
        for hour in hours.iter_mut().filter(|hour| hour.date() > date!(2026 - 11 - 02)) {
            hour.events = u64::from(hour.hour() == 9);
        }
        let usual = Usual::learn(&hours, &SchoolYear::default(), now.date());
        assert_eq!(usual.hour(Weekday::Friday, 10).map(|hour| hour.events), Some(120));
    }

    #[test]
    fn a_half_term_is_no_silence_to_learn_from() {
        let now = datetime!(2026-11-24 09:00 UTC);
        let closed = chassis::calendar::ClosedDays::read(["2026-10-26 to 2026-10-30"]);
        let year = SchoolYear { closed, ..SchoolYear::default() };
        let mut hours = weeks(now, 6, 5, 120);
        hours.retain(|hour| year.closed.school_day(hour.date()));
        let usual = Usual::learn(&hours, &year, now.date());
        assert_eq!(usual.hour(Weekday::Wednesday, 11).map(|hour| hour.events), Some(120));
    }
}
