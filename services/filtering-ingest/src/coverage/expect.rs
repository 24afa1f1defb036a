//! What is expected of a feed at a moment: by the stated rhythm where there is one, else by what is usual.

use chassis::clock::london;
use time::{Date, Duration, OffsetDateTime};

use super::{
    SchoolYear,
    rhythm::Rhythm,
    usual::{Usual, UsualHour},
};

/// The shortest silence that is told of, in minutes.
const SHORTEST: u32 = 10;
/// How long what is late is awaited where somebody stated how often lines come, in minutes: that a feed is silent is told
/// within a quarter of an hour after something was expected, and looks are a minute apart.
const AWAITED: u32 = 12;
/// The shortest silence that is told of where the rhythm is learnt, in minutes.
const SHORTEST_LEARNT: u32 = 15;
/// The longest silence that is not told of in an hour in which something is expected, in minutes.
const LONGEST: u32 = 60;

/// What a feed is held against.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    /// What was stated.
    pub rhythm: Option<&'a Rhythm>,
    /// What is learnt.
    pub usual: &'a Usual,
    /// When the school works.
    pub year: &'a SchoolYear,
}

impl Expectation<'_> {
    /// Whether anything is known of what to expect.
    pub fn known(&self) -> bool {
        self.rhythm.is_some() || self.usual.known()
    }

    /// How many minutes of silence are not told of at a moment; none where nothing is expected then.
    pub fn allowed(&self, at: OffsetDateTime) -> Option<u32> {
        let local = london(at);
        match self.rhythm {
            Some(Rhythm::Every { minutes, from, to, days }) => {
                let within = (*from..*to).contains(&local.time()) && days.contain(local.date(), self.year);
                // One that is late is awaited until the next is due as well, and no longer than can be told in time.
                within.then(|| (minutes + (*minutes).min(AWAITED)).max(SHORTEST))
            }
            _ if !self.days(local.date()) => None,
            _ => {
                let usual = self.usual.hour(local.weekday(), local.hour())?;
                Some(self.silence(usual))
            }
        }
    }

    /// How many minutes of silence are not told of in an hour of which this is usual.
    pub fn silence(&self, usual: UsualHour) -> u32 {
        (usual.silence * 2).clamp(SHORTEST_LEARNT, LONGEST)
    }

    /// Whether a day is one on which something is expected.
    fn days(&self, date: Date) -> bool {
        self.rhythm.map_or_else(|| self.year.closed.school_day(date), |rhythm| rhythm.days().contain(date, self.year))
    }

    /// How long after an event it can be known that it did not come: at once where the owner stated how often lines come.
    pub fn lag(&self) -> Duration {
        match self.rhythm {
            Some(Rhythm::Every { .. }) => Duration::ZERO,
            Some(Rhythm::Daily { .. }) | None => self.usual.lag(),
        }
    }

    /// Events that usually happen in the hours of a day that have passed by `until`.
    pub fn events(&self, date: Date, until: OffsetDateTime) -> u64 {
        if !self.days(date) {
            return 0;
        }
        let past = |hour: &u8| {
            let ends = date.with_hms(*hour, 0, 0).map(|at| chassis::calendar::on(date, at.time()) + Duration::hours(1));
            ends.is_ok_and(|ends| ends <= until)
        };
        (0..24).filter(past).filter_map(|hour| self.usual.hour(date.weekday(), hour)).map(|usual| usual.events).sum()
    }

    /// What is expected, in words.
    pub fn words(&self) -> String {
        match self.rhythm {
            Some(rhythm) => rhythm.words(),
            None if self.usual.known() => {
                format!(
                    "Learnt from {} school days: what is usual for the hour and the day of the week",
                    self.usual.days
                )
            }
            None => "Nothing yet: three school days with lines teach what is usual".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{datetime, time};

    use super::*;
    use crate::coverage::{rhythm::Days, testing::weeks};

    #[test]
    fn nothing_is_expected_at_night_at_weekends_or_when_the_school_is_closed() {
        let now = datetime!(2026-11-24 09:00 UTC);
        let closed = chassis::calendar::ClosedDays::read(["2026-12-01"]);
        let year = SchoolYear { closed, ..SchoolYear::default() };
        let usual = Usual::learn(&weeks(now, 6, 5, 120), &year, now.date());
        let learnt = Expectation { rhythm: None, usual: &usual, year: &year };
        assert_eq!(learnt.allowed(datetime!(2026-11-24 09:10 UTC)), Some(15));
        for nothing in [
            datetime!(2026-11-24 20:00 UTC),
            datetime!(2026-11-28 10:00 UTC),
            datetime!(2026-12-01 10:00 UTC),
            datetime!(2026-12-25 10:00 UTC),
        ] {
            assert_eq!(learnt.allowed(nothing), None, "{nothing}");
        }
        assert_eq!(learnt.events(now.date(), now), 120, "eight to nine has passed");
        let every = Rhythm::Every { minutes: 5, from: time!(08:00), to: time!(16:00), days: Days::School };
        let stated = Expectation { rhythm: Some(&every), ..learnt };
        assert_eq!(stated.allowed(datetime!(2026-11-24 15:59 UTC)), Some(10));
        assert_eq!(stated.allowed(datetime!(2026-11-24 16:00 UTC)), None);
        let seldom = Rhythm::Every { minutes: 240, from: time!(00:00), to: time!(23:59), days: Days::School };
        let stated_so = Expectation { rhythm: Some(&seldom), ..learnt };
        assert!(stated_so.allowed(now).is_some_and(|minutes| minutes <= 240 + 15), "not eight hours");
        assert!(stated.lag().is_zero() && learnt.lag() == Duration::seconds(30));
    }
}
