//! How a school's feeds do against what is expected of them, and the ledger of its school days.

use chassis::{
    clock::{london, moment},
    error::Error,
};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{
        Completeness, CoverageChange, CoverageDay, CoverageGap, FeedCoverage, GetFeedCoverageRequest,
        GetFeedCoverageResponse, ListCoverageDaysRequest, ListCoverageDaysResponse, ListFeedCoverageRequest,
        ListFeedCoverageResponse, Trouble, UsualHour,
    },
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    console::{
        case::page::Event,
        known::Known,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        part::{Due, Head, Link, Pager, Row},
        words::{self, Codes},
    },
};

/// How a feed does.
const STATES: Codes = &[
    ("covered", "Works as expected"),
    ("quiet", "Nothing is expected now"),
    ("learning", "Its rhythm is being learnt"),
    ("waiting", "Has never sent anything"),
    ("silent", "Silent"),
    ("late", "Late"),
    ("shifted", "Its lines changed their form"),
    ("partial", "Only a part arrives"),
    ("clock_skewed", "Its clock is wrong"),
    ("replayed", "Sent again what was there"),
    ("duplicated", "Sends everything twice"),
];
/// How a school day was covered.
const DAYS: Codes = &[
    ("covered", "Covered"),
    ("gap", "Covered in part"),
    ("silent", "Not covered"),
    ("learning", "Not counted: the rhythm was being learnt"),
];
/// What the events of a feed say.
const SAID: Codes = &[
    ("device", "Which device"),
    ("address", "Which address of the network"),
    ("person", "Which person"),
    ("time", "When"),
    ("content", "What was searched or asked for"),
    ("category", "The filter’s category"),
];

/// A page of how the feeds of a school do, those in trouble first.
///
/// # Errors
/// Where that cannot be asked for.
pub async fn fetch(visit: &Visit, page_size: i32, page_token: &str) -> Result<ListFeedCoverageResponse, Error> {
    let (school_id, page_token) = (visit.school.clone(), page_token.to_owned());
    let asked = ListFeedCoverageRequest { school_id, page_size, page_token };
    heard(visit.filtering()?.list_feed_coverage(ask(asked))).await
}

/// How every feed of a school does, those in trouble first.
///
/// # Errors
/// Where that cannot be asked for.
pub async fn all(visit: &Visit) -> Result<Vec<FeedCoverage>, Error> {
    let (mut feeds, mut token) = (Vec::new(), String::new());
    loop {
        let answer = fetch(visit, 1000, &token).await?;
        feeds.extend(answer.coverage);
        token = answer.next_page_token;
        if token.is_empty() {
            return Ok(feeds);
        }
    }
}

/// How one feed does; none where that cannot be asked for: its page says the rest.
pub async fn of(visit: &Visit, feed_id: &str) -> Option<GetFeedCoverageResponse> {
    let asked = GetFeedCoverageRequest { school_id: visit.school.clone(), feed_id: feed_id.to_owned() };
    heard(visit.filtering().ok()?.get_feed_coverage(ask(asked))).await.ok()
}

/// How a feed does, in words, with since when where it is in trouble; and whether it is.
pub fn state(coverage: &FeedCoverage, now: OffsetDateTime) -> Due {
    let name = words::called(STATES, &coverage.state);
    let troubled = !coverage.troubles.is_empty();
    let since = coverage.since_time.as_ref().and_then(moment).map(|at| words::near(at, now));
    let text = match since {
        Some(since) if troubled => format!("{name} since {since}"),
        _ => name,
    };
    let grave = troubled || coverage.state == "waiting";
    Due { code: if grave { "overdue" } else { "" }.to_owned(), text }
}

/// Whether what shows a state says more than its name.
fn says_more(coverage: &FeedCoverage) -> bool {
    !matches!(coverage.state.as_str(), "covered" | "quiet")
}

/// Events of today beside what is usual by now.
pub fn today(coverage: &FeedCoverage) -> String {
    let events = words::counted(coverage.events_today, "event", "events");
    match coverage.usual_today {
        0 => events,
        usual => format!("{events}, usually {} by now", words::number(usual)),
    }
}

/// When a feed's last event happened. The last days are looked at for it: what came before them was received some time.
pub fn last(coverage: &FeedCoverage, now: OffsetDateTime) -> String {
    let near = |at: Option<&prost_types::Timestamp>| at.and_then(moment).map(|at| words::near(at, now));
    match (near(coverage.last_event_time.as_ref()), near(coverage.last_receive_time.as_ref())) {
        (Some(event), _) => words::sentence(&event),
        (None, Some(received)) => format!("None lately: lines last came {received}"),
        (None, None) => "Never".to_owned(),
    }
}

/// One feed in a list.
#[derive(Debug, Serialize)]
pub struct Line {
    link: Link,
    state: Due,
    evidence: String,
    last: String,
    today: String,
}

impl Line {
    /// A line of the table of feeds; `path` is the page on filtering.
    pub fn new(coverage: &FeedCoverage, path: &str, now: OffsetDateTime) -> Self {
        Self {
            link: Link::new(coverage.name.clone(), format!("{path}/feeds/{}", coverage.feed_id)),
            state: state(coverage, now),
            evidence: if says_more(coverage) { words::sentence(&coverage.evidence) } else { String::new() },
            last: last(coverage, now),
            today: today(coverage),
        }
    }
}

/// What the page of a feed says of its coverage.
#[derive(Debug, Serialize)]
pub struct Part {
    rows: Vec<Row>,
    acts: Vec<Link>,
    troubles: Vec<Event>,
    complete: Vec<Share>,
    usual_title: String,
    usual: Vec<Usual>,
    changes: Vec<Event>,
}

#[derive(Debug, Serialize)]
struct Share {
    field: String,
    share: String,
    usual: String,
}

#[derive(Debug, Serialize)]
struct Usual {
    hour: String,
    events: String,
    silence: String,
}

impl Part {
    /// How one feed does, at `here`, the address of its page.
    pub fn new(answer: &GetFeedCoverageResponse, path: &str, here: &str, now: OffsetDateTime, states: bool) -> Self {
        let coverage = answer.coverage.clone().unwrap_or_default();
        let mut rows = vec![Row::new("How it does", state(&coverage, now).text)];
        if coverage.troubles.is_empty() && says_more(&coverage) {
            rows.extend(Row::some("Why", Some(words::sentence(&coverage.evidence))));
        }
        rows.extend(Row::some("Expected", Some(coverage.expectation.clone())));
        rows.push(Row::new("Last event", last(&coverage, now)));
        rows.push(Row::new("Today", today(&coverage)));
        let days = Link::new("School days it covered", format!("{path}/coverage?feed_id={}", coverage.feed_id));
        let rhythm = states.then(|| Link::new("State what is expected of it", format!("{here}/rhythm")));
        let weekday = london(now).weekday();
        let of_today =
            answer.usual_hours.iter().filter(|usual| usual.weekday == u32::from(weekday.number_from_monday()));
        Self {
            rows,
            acts: rhythm.into_iter().chain([days]).collect(),
            troubles: coverage.troubles.iter().map(|trouble| troubled(trouble, now)).collect(),
            complete: coverage.completeness.iter().map(share).collect(),
            usual_title: format!("What is usual on a school day that is a {weekday}"),
            usual: of_today.map(usual).collect(),
            changes: answer.changes.iter().map(|change| changed(change, now)).collect(),
        }
    }

    /// As a test knows it.
    #[cfg(test)]
    pub fn sample() -> Self {
        let at = time::macros::datetime!(2026-11-24 09:00 UTC);
        let time = Some(chassis::clock::timestamp(at));
        let change = |ended| CoverageChange { state: "late".into(), ended, create_time: time, ..Default::default() };
        let answer = GetFeedCoverageResponse {
            coverage: Some(sample()),
            usual_hours: vec![UsualHour { weekday: 2, hour: 9, events: 1200, silence_minutes: 15 }],
            changes: vec![change(true), change(false)],
        };
        Self::new(&answer, "/schools/sch_1/filtering", "/schools/sch_1/filtering/feeds/fee_1", at, true)
    }
}

/// Coverage as a test knows it.
#[cfg(test)]
pub fn sample() -> FeedCoverage {
    let at = |minute: i64| Some(prost_types::Timestamp { seconds: 1_795_510_800 + minute * 60, nanos: 0 });
    let evidence = "no event since 9:05am, and there is one every 2 minutes at this time <usually>";
    let silent = Trouble { state: "silent".into(), since_time: at(0), evidence: evidence.into(), create_time: at(14) };
    FeedCoverage {
        feed_id: "fee_1".into(),
        school_id: "sch_1".into(),
        name: "Main <filter>".into(),
        state: "silent".into(),
        since_time: at(0),
        evidence: evidence.into(),
        troubles: vec![silent],
        rhythm: None,
        expectation: "Learnt from 20 school days".into(),
        last_event_time: at(0),
        last_receive_time: at(1),
        events_today: 300,
        usual_today: 1200,
        completeness: vec![Completeness { field: "person".into(), share: 40, usual_share: 98 }],
    }
}

fn troubled(trouble: &Trouble, now: OffsetDateTime) -> Event {
    let near = |at: Option<&prost_types::Timestamp>| at.and_then(moment).map(|at| words::near(at, now));
    let since = near(trouble.since_time.as_ref()).map(|at| format!("Since {at}"));
    let found = near(trouble.create_time.as_ref()).map(|at| format!("told of {at}"));
    let when: Vec<String> = since.into_iter().chain(found).collect();
    Event::new(words::called(STATES, &trouble.state), when.join(", "), words::sentence(&trouble.evidence))
}

fn changed(change: &CoverageChange, now: OffsetDateTime) -> Event {
    let name = words::called(STATES, &change.state);
    let title = if change.ended { format!("Over: {}", name.to_lowercase()) } else { name };
    let when = change.create_time.as_ref().and_then(moment).map(|at| words::sentence(&words::near(at, now)));
    let since = change.since_time.as_ref().and_then(moment).map(|at| format!("since {}", words::near(at, now)));
    let when: Vec<String> = when.into_iter().chain(since).collect();
    Event::new(title, when.join(", "), words::sentence(&change.evidence))
}

fn share(one: &Completeness) -> Share {
    Share {
        field: words::called(SAID, &one.field),
        share: format!("{}%", one.share),
        usual: format!("{}%", one.usual_share),
    }
}

fn usual(one: &UsualHour) -> Usual {
    let hour = u8::try_from(one.hour).ok().and_then(|hour| time::Time::from_hms(hour, 0, 0).ok());
    let winter = time::macros::datetime!(2026-01-05 00:00 UTC);
    Usual {
        hour: hour.map(|at| words::time_of_day(winter.replace_time(at))).unwrap_or_default(),
        events: words::number(one.events),
        silence: words::counted(one.silence_minutes.into(), "minute", "minutes"),
    }
}

/// Which days.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    #[serde(default)]
    feed_id: String,
    #[serde(default)]
    page_token: String,
}

/// The ledger of school days.
#[derive(Debug, Serialize)]
pub struct Days {
    head: Head,
    days: Vec<Day>,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct Day {
    day: String,
    state: Due,
    events: String,
    expected: String,
    gaps: Vec<String>,
}

impl Page for Days {
    const TEMPLATE: &'static str = "coverage_days.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let at = |minute: i64| Some(prost_types::Timestamp { seconds: 1_795_510_800 + minute * 60, nanos: 0 });
        let day = |state: &str, minutes: u32| CoverageDay {
            date: "2026-11-24".into(),
            state: state.into(),
            expected_events: 4000,
            events: 3000,
            expected_minutes: 400,
            gap_minutes: minutes,
            gaps: vec![CoverageGap { start_time: at(0), end_time: at(minutes.into()) }],
            ..CoverageDay::default()
        };
        let days = vec![day("gap", 90), day("silent", 400), CoverageDay { gaps: Vec::new(), ..day("covered", 0) }];
        let answer = ListCoverageDaysResponse { days, next_page_token: "more".into() };
        let page = |answer: &ListCoverageDaysResponse, name: &str| {
            Self::new(answer, Head::new(TITLE, vec![Link::new("Home", "/")]).of(name), "/x", &Which::default())
        };
        vec![page(&answer, "Main <filter>"), page(&ListCoverageDaysResponse::default(), "")]
    }
}

const TITLE: &str = "School days covered";

impl Days {
    fn new(answer: &ListCoverageDaysResponse, head: Head, here: &str, which: &Which) -> Self {
        let day = |day: &CoverageDay| {
            let name = words::called(DAYS, &day.state);
            let counts = matches!(day.state.as_str(), "gap" | "silent");
            let (missing, of) = (words::number(day.gap_minutes.into()), words::number(day.expected_minutes.into()));
            let text = if day.state == "gap" { format!("{name}: {missing} of {of} minutes are missing") } else { name };
            Day {
                day: words::named_day(&day.date),
                state: Due { code: if counts { "overdue" } else { "" }.to_owned(), text },
                events: words::number(day.events),
                expected: if day.expected_events == 0 { String::new() } else { words::number(day.expected_events) },
                gaps: day.gaps.iter().filter_map(gap).collect(),
            }
        };
        Self {
            head,
            days: answer.days.iter().map(day).collect(),
            pager: Pager::new(here, &[("feed_id", &which.feed_id)], &which.page_token, &answer.next_page_token),
        }
    }
}

fn gap(gap: &CoverageGap) -> Option<String> {
    let (from, to) = (gap.start_time.as_ref().and_then(moment)?, gap.end_time.as_ref().and_then(moment)?);
    Some(format!("{} to {}", words::time_of_day(from), words::time_of_day(to)))
}

/// Lists them, of one feed or of the school as a whole.
pub async fn days(visit: Visit, Known(which): Known<Which>) -> Answer {
    visit.needs(Permission::FeedRead)?;
    let asked = ListCoverageDaysRequest {
        school_id: visit.school.clone(),
        feed_id: which.feed_id.clone(),
        page_size: 50,
        page_token: which.page_token.clone(),
    };
    let answer = heard(visit.filtering()?.list_coverage_days(ask(asked))).await?;
    let name = if which.feed_id.is_empty() { String::new() } else { super::feed(&visit, &which.feed_id).await?.name };
    let here = visit.at("/filtering");
    let head = Head::new(TITLE, visit.crumbs(&[("Filtering", here.clone())])).of(name);
    visit.page(&Days::new(&answer, head, &format!("{here}/coverage"), &which))
}
