//! Feeds that do what is expected, and feeds that do not, one trouble at a time.

use time::macros::{datetime, time};

use super::*;
use crate::coverage::{SchoolYear, rhythm::Days, testing::weeks, usual::Usual};

/// A Tuesday in term.
const NOW: OffsetDateTime = datetime!(2026-11-24 11:30 UTC);

struct Feed {
    hours: Vec<Hour>,
    rhythm: Option<Rhythm>,
    year: SchoolYear,
    replays: Vec<Replay>,
    coverage: Coverage,
    received_at: Option<OffsetDateTime>,
}

impl Feed {
    /// One that was heard every five minutes for six weeks, up to `NOW`.
    fn new() -> Self {
        let hours = weeks(NOW, 6, 5, 120);
        let year = SchoolYear::default();
        let coverage = Coverage { usual: Usual::learn(&hours, &year, NOW.date()), ..Coverage::default() };
        Self { hours, rhythm: None, year, replays: Vec::new(), coverage, received_at: None }
    }

    fn look(&mut self, now: OffsetDateTime) -> Vec<(&'static str, bool, String)> {
        let usual = self.coverage.usual.clone();
        let sight = Sight {
            now,
            created_at: NOW - Duration::weeks(9),
            received_at: self.received_at,
            hours: &self.hours,
            expectation: Expectation { rhythm: self.rhythm.as_ref(), usual: &usual, year: &self.year },
            replays: &self.replays,
        };
        let changes = self.coverage.look(&sight);
        changes.into_iter().map(|c| (c.trouble.kind.as_str(), c.ended, c.trouble.evidence)).collect()
    }

    /// The hour that begins at a moment, as it is changed.
    fn hour(&mut self, start: OffsetDateTime, change: impl FnOnce(&mut Hour)) {
        let place = self.hours.partition_point(|hour| hour.start < start);
        if self.hours.get(place).is_none_or(|hour| hour.start != start) {
            self.hours.insert(place, Hour::empty(start));
        }
        change(&mut self.hours[place]);
    }

    /// Nothing was heard from `since` on.
    fn stops(&mut self, since: OffsetDateTime) {
        self.hours.retain(|hour| hour.start <= since);
        if let Some(hour) = self.hours.last_mut().filter(|hour| hour.start == hour_of(since)) {
            let mut minutes = super::super::minutes::Minutes::default();
            (0..since.minute()).filter(|minute| hour.minutes.heard(*minute)).for_each(|minute| minutes.hear(minute));
            hour.minutes = minutes;
        }
    }
}

fn kinds(changes: &[(&'static str, bool, String)]) -> Vec<(&'static str, bool)> {
    changes.iter().map(|(kind, ended, _)| (*kind, *ended)).collect()
}

#[test]
fn a_feed_that_does_what_is_expected_is_in_no_trouble_at_any_hour() {
    let mut feed = Feed::new();
    for now in [NOW, datetime!(2026-11-23 03:00 UTC), datetime!(2026-11-22 12:00 UTC)] {
        assert_eq!(feed.look(now), [], "{now}");
    }
}

#[test]
fn silence_is_told_once_within_a_quarter_of_an_hour_and_its_end_too() {
    let mut feed = Feed::new();
    feed.stops(datetime!(2026-11-24 11:00 UTC));
    let told = (0..60).map(|minute| (minute, feed.look(datetime!(2026-11-24 11:00 UTC) + Duration::minutes(minute))));
    let told: Vec<_> = told.filter(|(_, changes)| !changes.is_empty()).collect();
    let [(minute, changes)] = told.as_slice() else { unreachable!("told once: {told:?}") };
    assert!((11..=15).contains(minute), "after {minute} minutes");
    assert_eq!(kinds(changes), [("silent", false)]);
    assert!(changes[0].2.starts_with("Nothing since 24 November, 10:55am; "), "{}", changes[0].2);
    // Through the night it stays silent, and is not told again.
    assert_eq!(feed.look(datetime!(2026-11-25 02:00 UTC)), []);
    assert_eq!(feed.coverage.troubles.len(), 1);
    feed.hour(datetime!(2026-11-25 09:00 UTC), |hour| hour.minutes.hear(3));
    assert_eq!(kinds(&feed.look(datetime!(2026-11-25 09:05 UTC))), [("silent", true)]);
}

#[test]
fn a_feed_that_fell_silent_long_ago_has_sent_something_all_the_same() {
    let mut feed = Feed::new();
    // Nothing of it lies within the days that a look goes back to.
    feed.hours.clear();
    feed.received_at = Some(datetime!(2026-11-10 16:30 UTC));
    let changes = feed.look(NOW);
    assert_eq!(kinds(&changes), [("silent", false)]);
    assert!(changes[0].2.starts_with("Nothing since 10 November, 4:30pm"), "{}", changes[0].2);
    assert_eq!(feed.coverage.troubles[0].since, datetime!(2026-11-10 16:30 UTC));
}

#[test]
fn a_feed_is_silent_since_the_last_line_that_came_also_where_nobody_looked_meanwhile() {
    let mut feed = Feed::new();
    feed.hours.clear();
    feed.coverage = Coverage::default();
    assert_eq!(kinds(&feed.look(datetime!(2026-10-06 11:30 UTC))), [("silent", false)]);
    // Lines came, and are further back than a look goes by the time of the next one.
    let came = datetime!(2026-11-10 16:30 UTC);
    feed.received_at = Some(came);
    assert_eq!(feed.look(NOW), [], "it is silent still, and that is not told again");
    let [trouble] = feed.coverage.troubles.as_slice() else { unreachable!("{:?}", feed.coverage.troubles) };
    assert_eq!(trouble.since, came);
    assert!(trouble.evidence.starts_with("Nothing since 10 November, 4:30pm"), "{}", trouble.evidence);
    // The next line ends it.
    feed.hour(datetime!(2026-11-24 11:00 UTC), |hour| hour.minutes.hear(40));
    feed.received_at = Some(datetime!(2026-11-24 11:40 UTC));
    assert_eq!(kinds(&feed.look(datetime!(2026-11-24 11:41 UTC))), [("silent", true)]);
}

#[test]
fn nothing_to_say_is_no_silence() {
    let mut feed = Feed::new();
    feed.year.closed = chassis::calendar::ClosedDays::read(["2026-11-25"]);
    for now in [datetime!(2026-11-24 23:00 UTC), datetime!(2026-11-25 11:00 UTC), datetime!(2026-11-28 11:00 UTC)] {
        assert_eq!(feed.look(now), [], "{now}");
    }
    // A sender that says it is there and has nothing to say is heard.
    feed.stops(datetime!(2026-11-24 11:00 UTC));
    for minute in [10, 25, 40, 55] {
        feed.hour(datetime!(2026-11-24 11:00 UTC), |hour| hour.minutes.hear(minute));
    }
    assert_eq!(feed.look(datetime!(2026-11-24 12:05 UTC)), []);
}

#[test]
fn a_stated_rhythm_is_held_against_what_comes() {
    let mut feed = Feed::new();
    feed.rhythm = Some(Rhythm::Every { minutes: 5, from: time!(08:00), to: time!(16:00), days: Days::School });
    feed.stops(datetime!(2026-11-24 11:00 UTC));
    assert_eq!(feed.look(datetime!(2026-11-24 11:05 UTC)), []);
    assert_eq!(kinds(&feed.look(datetime!(2026-11-24 11:07 UTC))), [("silent", false)]);
}

#[test]
fn an_export_that_is_not_there_is_late_and_two_are_silence() {
    let mut feed = Feed::new();
    feed.rhythm = Some(Rhythm::Daily { by: time!(06:00), days: Days::School });
    feed.stops(datetime!(2026-11-20 23:00 UTC));
    assert_eq!(feed.look(datetime!(2026-11-24 05:59 UTC)), []);
    let changes = feed.look(datetime!(2026-11-24 06:01 UTC));
    assert_eq!(kinds(&changes), [("late", false)]);
    assert!(changes[0].2.contains("Monday 23 November was due 24 November, 6:00am"), "{}", changes[0].2);
    assert_eq!(kinds(&feed.look(datetime!(2026-11-25 06:01 UTC))), [("silent", false)]);
    for date in [datetime!(2026-11-23 10:00 UTC), datetime!(2026-11-24 10:00 UTC)] {
        feed.hour(date, |hour| {
            hour.events = 9;
            hour.minutes.hear(1);
        });
    }
    assert_eq!(kinds(&feed.look(datetime!(2026-11-25 07:00 UTC))), [("silent", true), ("late", true)]);
}

#[test]
fn far_fewer_events_and_events_that_say_less_are_partial() {
    let mut feed = Feed::new();
    for hour in [9, 10] {
        feed.hour(NOW.replace_time(time::Time::from_hms(hour, 0, 0).unwrap_or(time!(00:00))), |hour| hour.events = 20);
    }
    let changes = feed.look(NOW);
    assert_eq!(kinds(&changes), [("partial", false)]);
    assert!(changes[0].2.contains("40 events since 24 November, 9:00am; usual in that time: 240"), "{}", changes[0].2);

    // A sender that says that it is there, or sends what is no web use, and brings no event at all.
    let mut feed = Feed::new();
    for start in [datetime!(2026-11-24 09:00 UTC), datetime!(2026-11-24 10:00 UTC)] {
        feed.hour(start, |hour| hour.events = 0);
    }
    let changes = feed.look(NOW);
    assert_eq!(kinds(&changes), [("partial", false)]);
    assert!(changes[0].2.starts_with("0 events since "), "{}", changes[0].2);

    let mut feed = Feed::new();
    feed.hour(datetime!(2026-11-24 11:00 UTC), |hour| hour.fields.address = 0);
    feed.hour(datetime!(2026-11-24 10:00 UTC), |hour| hour.fields.address = 10);
    let changes = feed.look(NOW);
    assert_eq!(kinds(&changes), [("partial", false)]);
    assert!(changes[0].2.contains("hold the address; usual: 100 %"), "{}", changes[0].2);
}

#[test]
fn a_form_that_changed_a_clock_that_is_wrong_and_events_on_two_ways_are_found() {
    let one = |change: fn(&mut Hour)| {
        let mut feed = Feed::new();
        feed.hour(datetime!(2026-11-24 11:00 UTC), change);
        feed.hour(datetime!(2026-11-24 10:00 UTC), change);
        feed.look(NOW)
    };
    let shifted = one(|hour| hour.malformed = 90);
    assert_eq!(kinds(&shifted), [("shifted", false)]);
    assert!(shifted[0].2.starts_with("75 % of the last 240 lines cannot be read"), "{}", shifted[0].2);
    let ahead = one(|hour| (hour.ahead, hour.lag) = (100, Some((-3600, 5))));
    assert_eq!(kinds(&ahead), [("clock_skewed", false)]);
    assert!(ahead[0].2.contains("by up to 60 minutes"), "{}", ahead[0].2);
    let never_set = one(|hour| (hour.ahead, hour.lag) = (100, Some((0, 0))));
    assert_eq!(kinds(&never_set), [("clock_skewed", false)]);
    assert!(never_set[0].2.contains("bear a time that cannot be"), "{}", never_set[0].2);
    let behind = one(|hour| hour.lag = Some((3590, 3620)));
    assert_eq!(kinds(&behind), [("clock_skewed", false)]);
    assert_eq!(kinds(&one(|hour| hour.lag = Some((3600, 9000)))), [("late", false)]);
    assert_eq!(kinds(&one(|hour| hour.duplicates = 60)), [("duplicated", false)]);
}

#[test]
fn a_file_that_came_before_under_another_name_is_named_for_a_day() {
    let mut feed = Feed::new();
    let replay = Replay { delivery_id: "tuesday.log".into(), events: 500, duplicates: 498, at: NOW };
    feed.replays.push(replay);
    let changes = feed.look(NOW);
    assert_eq!(kinds(&changes), [("replayed", false)]);
    assert!(changes[0].2.contains("498 of 500 events in the delivery tuesday.log"), "{}", changes[0].2);
    feed.received_at = Some(NOW + Duration::hours(20));
    let later = feed.look(NOW + Duration::hours(25));
    assert!(later.iter().any(|(kind, ended, _)| *kind == "replayed" && *ended), "{later:?}");
}

#[test]
fn a_feed_of_which_nothing_is_known_is_silent_after_a_whole_school_day() {
    let mut feed = Feed::new();
    feed.hours.clear();
    feed.coverage = Coverage::default();
    assert_eq!(kinds(&feed.look(NOW)), [("silent", false)]);
    assert!(feed.coverage.troubles[0].evidence.starts_with("It has never sent anything"));
}

#[test]
fn a_feed_of_which_nothing_is_known_is_not_silent_right_after_it_sent_something() {
    let mut feed = Feed::new();
    feed.hours.clear();
    // What was learnt of a day or two says how long lines are on their way, and nothing of what to expect.
    feed.coverage = Coverage::default();
    feed.coverage.usual.lag_s = 1_800;
    assert_eq!(kinds(&feed.look(NOW)), [("silent", false)]);
    let repaired = datetime!(2026-11-24 16:42 UTC);
    feed.hour(datetime!(2026-11-24 16:00 UTC), |hour| hour.minutes.hear(42));
    feed.received_at = Some(repaired);
    assert_eq!(kinds(&feed.look(repaired + Duration::seconds(30))), [("silent", true)]);
    for later in [Duration::minutes(2), Duration::hours(3), Duration::hours(22)] {
        assert_eq!(feed.look(repaired + later), [], "{later}");
    }
    let changes = feed.look(datetime!(2026-11-25 16:30 UTC));
    assert_eq!(kinds(&changes), [("silent", false)], "a whole school day has passed");
}

#[test]
fn spans_and_rhythms_are_told_as_they_are() {
    assert_eq!(about(Duration::hours(5) - Duration::seconds(2)), "5 hours");
    assert_eq!(about(Duration::minutes(100)), "100 minutes");
    assert_eq!(about(Duration::hours(71)), "3 days");
    let mut feed = Feed::new();
    feed.rhythm = Some(Rhythm::Every { minutes: 1, from: time!(08:00), to: time!(16:00), days: Days::School });
    feed.stops(datetime!(2026-11-24 11:00 UTC));
    let told = feed.look(datetime!(2026-11-24 11:20 UTC));
    assert!(told[0].2.ends_with("at least every minute, and for more than 10 minutes nothing did"), "{}", told[0].2);
}
