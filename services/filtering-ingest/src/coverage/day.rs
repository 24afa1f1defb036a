//! The ledger of school days: on which of them there is proof, minute by minute, that the feeds worked. What comes late is
//! counted in: a day is counted anew then.

use chassis::calendar;
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime, Time};

use super::{Hour, expect::Expectation, rhythm::Rhythm};

/// Minutes of a day.
const MINUTES: u32 = 24 * 60;
/// How long after its last expected minute a day is counted.
const GRACE: Duration = Duration::hours(1);
/// How long after an export was due its day is counted.
const GRACE_EXPORT: Duration = Duration::minutes(30);

/// How a day was covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Wholly.
    Covered,
    /// But for some of it.
    Gap,
    /// Nothing of it.
    Silent,
    /// Something came, and no rhythm was known: it is not counted.
    Learning,
}

impl State {
    /// Its code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Gap => "gap",
            Self::Silent => "silent",
            Self::Learning => "learning",
        }
    }
}

/// One day of a feed, or of a school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// How it was covered.
    pub state: State,
    /// Events that are usual.
    pub expected_events: u64,
    /// Events that happened.
    pub events: u64,
    /// Minutes in which something was expected.
    pub expected_minutes: u32,
    /// The gaps, by minutes of the day in London: from one until before another.
    pub gaps: Vec<(u32, u32)>,
}

impl Day {
    /// Minutes that lie in gaps.
    pub fn gap_minutes(&self) -> u32 {
        self.gaps.iter().map(|(from, to)| to - from).sum()
    }

    /// Counts a day of one feed from its hours. None for a day on which nothing is expected.
    pub fn of_feed(date: Date, hours: &[Hour], expectation: &Expectation<'_>) -> Option<Self> {
        let expected = expected(date, expectation);
        let of_day = || hours.iter().filter(|hour| hour.date() == date);
        let events = of_day().map(|hour| hour.events).sum();
        let expected_minutes = count(expected.iter().flatten().count());
        if expected_minutes == 0 {
            let school_day = expectation.year.closed.school_day(date);
            let learning = !expectation.known() && school_day;
            let day = Self { date, state: State::Learning, expected_events: 0, events, expected_minutes, gaps: vec![] };
            return learning.then(|| match of_day().any(|hour| hour.events > 0 || hour.minutes.last().is_some()) {
                true => day,
                false => day.silent(expectation),
            });
        }
        let mut heard = vec![false; expected.len()];
        for hour in of_day() {
            for minute in (0..60).filter(|minute| hour.minutes.heard(*minute)) {
                if let Some(place) = heard.get_mut(usize::from(hour.hour()) * 60 + usize::from(minute)) {
                    *place = true;
                }
            }
        }
        let gaps = match expectation.rhythm {
            // Of an export it is known that it came, and not how busy each of its minutes ought to have been.
            Some(Rhythm::Daily { .. }) if !expectation.usual.known() && events > 0 => Vec::new(),
            _ => gaps(&expected, &heard),
        };
        let expected_events = expectation.events(date, calendar::end_of_day(date) + Duration::hours(1));
        let day = Self { date, state: State::Covered, expected_events, events, expected_minutes, gaps };
        Some(Self { state: day.judged(), ..day })
    }

    /// A day without a line of a feed whose rhythm is not known: a look finds it silent after a whole school day, and so is the
    /// day. However long it is silent, nothing is learnt that could say so later.
    fn silent(self, expectation: &Expectation<'_>) -> Self {
        let hours = expectation.year.hours;
        let gaps = vec![(minute_of(hours.from), minute_of(hours.to))];
        let day = Self { state: State::Silent, gaps, ..self };
        Self { expected_minutes: day.gap_minutes(), ..day }
    }

    /// A school's day from those of its feeds: covered where all of them are. None where there are none.
    pub fn of_school(feeds: &[Self]) -> Option<Self> {
        let date = feeds.first()?.date;
        let counted: Vec<&Self> = feeds.iter().filter(|day| day.state != State::Learning).collect();
        let all = |of: fn(&Self) -> u64| feeds.iter().map(of).sum::<u64>();
        let (events, expected_events) = (all(|day| day.events), all(|day| day.expected_events));
        let expected_minutes = counted.iter().map(|day| day.expected_minutes).max().unwrap_or_default();
        let mut missing = vec![false; MINUTES as usize];
        for (from, to) in counted.iter().flat_map(|day| day.gaps.iter().copied()) {
            missing.iter_mut().take(to as usize).skip(from as usize).for_each(|minute| *minute = true);
        }
        let gaps = runs(&missing);
        let day = Self { date, state: State::Learning, expected_events, events, expected_minutes, gaps };
        let state = if counted.is_empty() { State::Learning } else { day.judged() };
        Some(Self { state, ..day })
    }

    fn judged(&self) -> State {
        match self.gap_minutes() {
            0 => State::Covered,
            minutes if minutes >= self.expected_minutes => State::Silent,
            _ => State::Gap,
        }
    }

    /// The gaps as moments.
    pub fn moments(&self) -> impl Iterator<Item = (OffsetDateTime, OffsetDateTime)> + '_ {
        self.gaps.iter().map(|(from, to)| (at(self.date, *from), at(self.date, *to)))
    }
}

/// When a day of a feed can be counted.
pub fn closes(date: Date, expectation: &Expectation<'_>) -> OffsetDateTime {
    if let Some(due) = expectation.rhythm.and_then(|rhythm| rhythm.due(date, expectation.year)) {
        return due + GRACE_EXPORT;
    }
    let last =
        expected(date, expectation).iter().rposition(Option::is_some).map_or(MINUTES, |minute| count(minute) + 1);
    at(date, last) + GRACE + expectation.lag()
}

/// What is expected in each minute of a day: how long a silence may last.
fn expected(date: Date, expectation: &Expectation<'_>) -> Vec<Option<u32>> {
    let hours = expectation.year.hours;
    let daily = matches!(expectation.rhythm, Some(Rhythm::Daily { .. }));
    let within = |minute: u32| {
        let time = time_of(minute);
        (hours.from..hours.to).contains(&time)
    };
    (0..MINUTES)
        .map(|minute| {
            let allowed = expectation.allowed(at(date, minute));
            match expectation.rhythm {
                Some(Rhythm::Every { .. }) => allowed,
                // What is learnt counts in the school's hours alone.
                _ if !within(minute) => None,
                Some(rhythm) if daily && !expectation.usual.known() => {
                    rhythm.days().contain(date, expectation.year).then_some(0)
                }
                _ => allowed,
            }
        })
        .collect()
}

/// Runs of minutes without a sound that are longer than they may be.
fn gaps(expected: &[Option<u32>], heard: &[bool]) -> Vec<(u32, u32)> {
    let mut missing = vec![false; expected.len()];
    let mut from = 0;
    for minute in 0..=expected.len() {
        let silent =
            expected.get(minute).copied().flatten().is_some() && !heard.get(minute).copied().unwrap_or_default();
        if silent {
            continue;
        }
        // The run from `from` until here.
        let allowed = minute.checked_sub(1).and_then(|last| expected.get(last).copied().flatten()).unwrap_or_default();
        if minute - from > allowed as usize {
            missing.iter_mut().take(minute).skip(from).for_each(|minute| *minute = true);
        }
        from = minute + 1;
    }
    runs(&missing)
}

fn runs(minutes: &[bool]) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for (minute, _) in minutes.iter().enumerate().filter(|(_, missing)| **missing) {
        let minute = count(minute);
        match runs.last_mut() {
            Some((_, to)) if *to == minute => *to += 1,
            _ => runs.push((minute, minute + 1)),
        }
    }
    runs
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn minute_of(time: Time) -> u32 {
    u32::from(time.hour()) * 60 + u32::from(time.minute())
}

fn time_of(minute: u32) -> Time {
    let part = |n: u32| u8::try_from(n).unwrap_or_default();
    Time::from_hms(part(minute / 60), part(minute % 60), 0).unwrap_or(Time::MIDNIGHT)
}

/// A minute of a day in London as a moment; the minute after the last is the next day's first.
fn at(date: Date, minute: u32) -> OffsetDateTime {
    match (minute, date.next_day()) {
        (MINUTES.., Some(next)) => calendar::on(next, Time::MIDNIGHT),
        _ => calendar::on(date, time_of(minute.min(MINUTES - 1))),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime, time};

    use super::*;
    use crate::coverage::{SchoolYear, rhythm::Days, testing::weeks, usual::Usual};

    const NOW: OffsetDateTime = datetime!(2026-11-24 18:00 UTC);
    const TODAY: Date = date!(2026 - 11 - 24);

    fn learnt(hours: &[Hour], year: &SchoolYear) -> Usual {
        Usual::learn(hours, year, TODAY)
    }

    #[test]
    fn a_day_is_covered_where_no_silence_was_longer_than_it_may_be() {
        let (hours, year) = (weeks(NOW, 6, 5, 120), SchoolYear::default());
        let usual = learnt(&hours, &year);
        let expectation = Expectation { rhythm: None, usual: &usual, year: &year };
        let day =
            |hours: &[Hour]| Day::of_feed(TODAY, hours, &expectation).map(|day| (day.state, day.gaps.clone(), day));
        let Some((state, gaps, whole)) = day(&hours) else { unreachable!("a school day") };
        assert_eq!((state, gaps, whole.expected_minutes), (State::Covered, vec![], 7 * 60));
        assert_eq!((whole.events, whole.expected_events), (960, 960));
        // Nothing from eleven to noon, and a silence of ten minutes which is none to speak of.
        let mut broken = hours.clone();
        broken.retain(|hour| hour.start != datetime!(2026-11-24 11:00 UTC));
        let Some((state, gaps, day_with_gap)) = day(&broken) else { unreachable!("a school day") };
        assert_eq!((state, gaps), (State::Gap, vec![(10 * 60 + 56, 12 * 60)]));
        assert_eq!(day_with_gap.gap_minutes(), 64);
        let Some((state, ..)) = day(&hours[..20]) else { unreachable!("a school day") };
        assert_eq!(state, State::Silent);
        assert_eq!(Day::of_feed(date!(2026 - 11 - 28), &hours, &expectation), None, "a Saturday");
        assert_eq!(closes(TODAY, &expectation), datetime!(2026-11-24 16:30:30 UTC));
    }

    #[test]
    fn an_export_covers_its_day_and_a_school_is_covered_where_all_its_feeds_are() {
        let (year, usual) = (SchoolYear::default(), Usual::default());
        let rhythm = Rhythm::Daily { by: time!(06:00), days: Days::School };
        let expectation = Expectation { rhythm: Some(&rhythm), usual: &usual, year: &year };
        let mut hour = Hour { events: 40, ..Hour::empty(datetime!(2026-11-24 10:00 UTC)) };
        hour.minutes.hear(7);
        let export = Day::of_feed(TODAY, &[hour], &expectation);
        assert_eq!(export.as_ref().map(|day| (day.state, day.expected_minutes)), Some((State::Covered, 420)));
        let none = Day::of_feed(TODAY, &[], &expectation);
        assert_eq!(none.as_ref().map(|day| day.state), Some(State::Silent));
        assert_eq!(closes(TODAY, &expectation), datetime!(2026-11-25 06:30 UTC));
        let both: Vec<Day> = export.into_iter().chain(none).collect();
        let school = Day::of_school(&both).map(|day| (day.state, day.gap_minutes(), day.events));
        assert_eq!(school, Some((State::Silent, 420, 40)));
        assert_eq!(Day::of_school(&both[..1]).map(|day| day.state), Some(State::Covered));
    }

    #[test]
    fn a_day_without_a_rhythm_is_not_counted_but_where_nothing_came() {
        let (year, usual) = (SchoolYear::default(), Usual::default());
        let expectation = Expectation { rhythm: None, usual: &usual, year: &year };
        let nothing = Day::of_feed(TODAY, &[], &expectation);
        assert_eq!(nothing.map(|day| (day.state, day.gap_minutes())), Some((State::Silent, 420)));
        assert_eq!(Day::of_feed(date!(2026 - 11 - 28), &[], &expectation), None, "a Saturday");
        let mut hour = Hour::empty(datetime!(2026-11-24 16:00 UTC));
        hour.minutes.hear(42);
        let day = Day::of_feed(TODAY, &[hour], &expectation);
        assert_eq!(day.as_ref().map(|day| day.state), Some(State::Learning));
        assert_eq!(Day::of_school(&day.into_iter().collect::<Vec<_>>()).map(|day| day.state), Some(State::Learning));
    }
}
