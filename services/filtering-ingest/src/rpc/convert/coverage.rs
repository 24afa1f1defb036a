//! Coverage and keeping, between the contract's form and ours.

use chassis::{
    calendar::{self, ClosedDays, Hours, time_of_day},
    clock::{london, timestamp},
    error::Violations,
};
use proto::{filtering_ingest::v1 as pb, policy_registry::v1 as policy};
use time::{Duration, OffsetDateTime, Time, Weekday};

use crate::{
    coverage::{
        Fields, Hour, SchoolYear, Told,
        day::Day,
        expect::Expectation,
        look::Sight,
        rhythm::{Days, MOST_MINUTES, Rhythm},
        trouble::{Change, Trouble},
    },
    keeping::{MONTHS, MOST_MONTHS},
    store::{coverage::Watched, keeping::Deletion},
};

/// Over how many days what events say is summed up.
const LATELY: Duration = Duration::days(7);

/// When a school works and how long it keeps its logs, as a policy says; what it does not say is as usual.
pub(crate) fn school_year(policy: &policy::EffectivePolicy) -> SchoolYear {
    let usual = SchoolYear::default();
    let values = |key: &str| {
        let found = policy.parameters.iter().find(|parameter| parameter.key == key);
        found.map(|parameter| parameter.values.as_slice()).unwrap_or_default()
    };
    let months = values("filter.keep_months").first().and_then(|value| value.trim().parse().ok());
    let routes = |theme: &str| -> Vec<String> {
        let rules = policy.alert_rules.iter().filter(|rule| rule.watches == "feed" && rule.theme == theme);
        rules.map(|rule| rule.route.clone()).collect()
    };
    // Of feeds somebody is always told, whatever rules a template leaves out.
    let or_usual = |routes: Vec<String>, usual: Vec<String>| if routes.is_empty() { usual } else { routes };
    let told = Told {
        gap: or_usual(routes("gap"), usual.told.gap.clone()),
        refusals: or_usual(routes("refusals"), usual.told.refusals.clone()),
    };
    SchoolYear {
        told,
        hours: values("school.hours").first().and_then(|value| Hours::read(value)).unwrap_or(usual.hours),
        closed: ClosedDays::read(values("school.closed_days").iter().map(String::as_str)),
        keep_months: months.unwrap_or(MONTHS).clamp(1, MOST_MONTHS),
    }
}

/// A rhythm as somebody states it; none where it is to be learnt.
pub(crate) fn read_rhythm(v: &mut Violations, rhythm: Option<&pb::Rhythm>) -> Option<Rhythm> {
    let stated = rhythm?;
    let mut time = |field: &str, text: &str, example: &str| {
        let read = time_of_day(text);
        v.check(read.is_some(), format!("rhythm.{field}"), format!("Enter a time such as {example}"));
        read
    };
    let rhythm = match stated.kind.as_str() {
        "every" => {
            let (from, to) = (time("start", &stated.start, "08:00"), time("end", &stated.end, "16:00"));
            let ordered = from.zip(to).is_none_or(|(from, to)| from < to);
            v.check(ordered, "rhythm.end", "Enter an end after the beginning");
            let fits = (1..=MOST_MINUTES).contains(&stated.minutes);
            v.check(fits, "rhythm.minutes", format!("Enter 1 to {MOST_MINUTES} minutes"));
            from.zip(to).map(|(from, to)| (Some((stated.minutes, from, to)), None))
        }
        "daily" => time("by", &stated.by, "06:00").map(|by| (None, Some(by))),
        _ => {
            v.check(false, "rhythm.kind", "Select every or daily");
            None
        }
    };
    let days = match stated.days.as_str() {
        "school_days" => Some(Days::School),
        "every_day" => Some(Days::Every),
        _ => None,
    };
    v.check(days.is_some(), "rhythm.days", "Select school_days or every_day");
    match (rhythm?, days?) {
        ((Some((minutes, from, to)), _), days) => Some(Rhythm::Every { minutes, from, to, days }),
        ((None, Some(by)), days) => Some(Rhythm::Daily { by, days }),
        ((None, None), _) => None,
    }
}

fn clock(at: Time) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

fn rhythm(rhythm: &Rhythm) -> pb::Rhythm {
    let days = match rhythm.days() {
        Days::School => "school_days",
        Days::Every => "every_day",
    };
    let stated = match rhythm {
        Rhythm::Every { minutes, from, to, .. } => pb::Rhythm {
            kind: "every".to_owned(),
            minutes: *minutes,
            start: clock(*from),
            end: clock(*to),
            ..pb::Rhythm::default()
        },
        Rhythm::Daily { by, .. } => pb::Rhythm { kind: "daily".to_owned(), by: clock(*by), ..pb::Rhythm::default() },
    };
    pb::Rhythm { days: days.to_owned(), ..stated }
}

fn trouble(trouble: &Trouble) -> pb::Trouble {
    pb::Trouble {
        state: trouble.kind.as_str().to_owned(),
        since_time: Some(timestamp(trouble.since)),
        evidence: trouble.evidence.clone(),
        create_time: Some(timestamp(trouble.found_at)),
    }
}

pub(crate) fn change(change: &Change) -> pb::CoverageChange {
    pb::CoverageChange {
        create_time: Some(timestamp(change.at)),
        state: change.trouble.kind.as_str().to_owned(),
        ended: change.ended,
        since_time: Some(timestamp(change.trouble.since)),
        evidence: change.trouble.evidence.clone(),
    }
}

/// How a feed does, from the hours of its last days.
pub(crate) fn coverage(watched: &Watched, year: &SchoolYear, hours: &[Hour], now: OffsetDateTime) -> pb::FeedCoverage {
    let coverage = &watched.coverage;
    let expectation = Expectation { rhythm: watched.rhythm.as_ref(), usual: &coverage.usual, year };
    let sight = Sight {
        now,
        created_at: watched.feed.created_at,
        received_at: watched.received_at,
        hours,
        expectation,
        replays: &[],
    };
    let today = london(now).date();
    let gravest = coverage.troubles.first();
    let state = gravest.map_or_else(|| coverage.state(&sight).as_str(), |trouble| trouble.kind.as_str());
    pb::FeedCoverage {
        feed_id: watched.feed.id.to_string(),
        school_id: watched.feed.school_id.clone(),
        name: watched.feed.name.clone(),
        state: state.to_owned(),
        since_time: gravest.map(|trouble| timestamp(trouble.since)),
        evidence: gravest
            .map_or_else(|| quiet(state, sight.last_heard().is_some()).to_owned(), |trouble| trouble.evidence.clone()),
        troubles: coverage.troubles.iter().map(trouble).collect(),
        rhythm: watched.rhythm.as_ref().map(rhythm),
        expectation: expectation.words(),
        last_event_time: sight.last_event().or(watched.received_at).map(timestamp),
        last_receive_time: watched.received_at.map(timestamp),
        events_today: hours.iter().filter(|hour| hour.date() == today).map(|hour| hour.events).sum(),
        usual_today: expectation.events(today, now),
        completeness: completeness(hours, coverage.usual.fields, now),
    }
}

/// What a state means that is no trouble.
fn quiet(state: &str, heard: bool) -> &'static str {
    match state {
        "waiting" if heard => "Its sender says that it is there, and no line has come yet",
        "waiting" => "Nothing has come yet",
        "learning" => "Lines come; what is usual is not known yet",
        "quiet" => "Nothing is expected now",
        _ => "It does what is expected",
    }
}

fn completeness(hours: &[Hour], usual: Fields, now: OffsetDateTime) -> Vec<pb::Completeness> {
    let mut lately = Fields::default();
    hours.iter().filter(|hour| hour.start >= now - LATELY).for_each(|hour| lately.add(hour.fields));
    if lately.observed == 0 {
        return Vec::new();
    }
    let learnt = usual.observed > 0;
    let one = |((field, share), (_, usual)): ((&str, u32), (&str, u32))| pb::Completeness {
        field: field.to_owned(),
        share,
        usual_share: if learnt { usual } else { share },
    };
    lately.shares().zip(usual.shares()).map(one).collect()
}

/// What is usual of a feed, hour by hour.
pub(crate) fn usual_hours(watched: &Watched, year: &SchoolYear) -> Vec<pb::UsualHour> {
    let usual = &watched.coverage.usual;
    let expectation = Expectation { rhythm: None, usual, year };
    let mut hours = Vec::new();
    let mut weekday = Weekday::Monday;
    for number in 1..=7 {
        for hour in 0..24_u8 {
            let Some(of) = usual.hour(weekday, hour) else { continue };
            hours.push(pb::UsualHour {
                weekday: number,
                hour: hour.into(),
                events: of.events,
                silence_minutes: expectation.silence(of),
            });
        }
        weekday = weekday.next();
    }
    hours
}

pub(crate) fn day(feed_id: &str, day: &Day, counted_at: Option<OffsetDateTime>) -> pb::CoverageDay {
    let gap = |(from, to): (OffsetDateTime, OffsetDateTime)| pb::CoverageGap {
        start_time: Some(timestamp(from)),
        end_time: Some(timestamp(to)),
    };
    pb::CoverageDay {
        date: day.date.to_string(),
        feed_id: feed_id.to_owned(),
        state: day.state.as_str().to_owned(),
        expected_events: day.expected_events,
        events: day.events,
        expected_minutes: day.expected_minutes,
        gap_minutes: day.gap_minutes(),
        gaps: day.moments().map(gap).collect(),
        update_time: counted_at.map(timestamp),
    }
}

pub(crate) fn deletion(deletion: &Deletion) -> pb::LogDeletion {
    let gone = deletion.gone;
    pb::LogDeletion {
        create_time: Some(timestamp(deletion.at)),
        before_time: Some(timestamp(deletion.before)),
        observations: gone.observations,
        rejected_lines: gone.rejected_lines,
        alerts: gone.alerts,
        episodes: gone.episodes,
        deliveries: gone.deliveries,
        fingerprints: gone.fingerprints,
    }
}

/// The beginning of the hour, or of the day in London, a moment lies in.
pub(crate) fn hour_start(at: OffsetDateTime, by_day: bool) -> OffsetDateTime {
    if by_day {
        return calendar::on(london(at).date(), Time::MIDNIGHT);
    }
    crate::store::moment(crate::store::intake::hour(crate::store::micros(at))).unwrap_or(at)
}
