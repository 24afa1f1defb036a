//! An authority whose truth is known: what happened at its schools is a list, and every figure is counted again from that list,
//! by nothing of what counts events.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    error::Result,
    event::Event,
    testing::{Bed, Engine},
};
use proto::event::v1::*;
use time::{Date, Duration, Month, OffsetDateTime, macros::date, macros::datetime};

use super::made::{Chance, Place, envelope};
use crate::{
    measure, store,
    table::{Axis, Counted, Question, Schools, count, counts},
};

const SCHOOLS: usize = 150;
const EVENTS: u32 = 6_000;
/// Few enough in a school that some are decided about, or passed on, more than once.
const CONCERNS: u32 = 6;
const FIRST: Date = date!(2023 - 09 - 01);
/// The day after the last, in three years.
const END: Date = date!(2026 - 09 - 01);

/// One thing that happened.
#[derive(Debug, Clone)]
struct Happened {
    school: usize,
    /// The day it was of.
    day: Date,
    /// The day it was recorded on.
    known: Date,
    /// Where several things take one another's place, the later.
    place: usize,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Concern(&'static str),
    /// One of few concerns is decided about, maybe not for the first time.
    Triaged {
        concern: u32,
        minutes: i64,
    },
    /// One of few concerns is passed on unread, maybe not for the first time.
    PassedOn {
        concern: u32,
    },
    Opened {
        procedure: &'static str,
        risks: &'static [&'static str],
    },
    Closed {
        procedure: &'static str,
        outcome: &'static str,
        skipped: u32,
        groups: &'static [&'static str],
    },
    Reopened(&'static str),
    Told(bool),
    Alert(&'static str),
    Lines(u32),
    Covered {
        state: &'static str,
        gap: u32,
    },
    Check(&'static str),
    /// A check of that day is read otherwise from then on.
    Reread {
        was: &'static str,
        is: &'static str,
    },
    Expected {
        part: &'static str,
        expected: u32,
        covered: u32,
    },
}

const PROCEDURES: [&str; 4] = ["P0", "P2", "P5", "P8"];

fn what(chance: &mut Chance) -> What {
    let procedure = chance.of(&PROCEDURES);
    match chance.below(17) {
        0..=2 => What::Concern(chance.of(&["staff", "alert", "public"])),
        3 => What::Triaged { concern: chance.below(CONCERNS), minutes: i64::from(chance.below(20_000)) },
        16 => What::PassedOn { concern: chance.below(CONCERNS) },
        4 | 5 => {
            let risks: [&[&str]; 4] = [&[], &["content"], &["conduct", "contact"], &["commerce", "conduct", "content"]];
            What::Opened { procedure, risks: chance.of(&risks) }
        }
        6 | 7 => {
            let groups: [&[&str]; 3] = [&[], &["send"], &["eal", "in_care"]];
            let outcome = chance.of(&["resolved", "unfounded"]);
            What::Closed { procedure, outcome, skipped: chance.below(3), groups: chance.of(&groups) }
        }
        8 => What::Reopened(procedure),
        9 => What::Told(chance.below(3) > 0),
        10 => What::Alert(chance.of(&["bullying", "drugs", "gambling"])),
        11 => What::Lines(chance.below(5_000)),
        12 => What::Covered { state: chance.of(&["covered", "gap", "silent", "learning"]), gap: chance.below(300) },
        13 | 14 => What::Check(chance.of(&["works", "fails"])),
        _ => {
            let expected = chance.below(60) + 10;
            let part = chance.of(&["staff", "governors"]);
            What::Expected { part, expected, covered: chance.below(expected) }
        }
    }
}

/// Three years at 150 schools. Some of it is recorded weeks after its day; some late on a summer evening, when it is the next day
/// in London already.
fn authority(chance: &mut Chance) -> Vec<Happened> {
    let days = u32::try_from((END - FIRST).whole_days()).unwrap_or(1);
    let one = |place: u32, chance: &mut Chance| {
        let (what, happened) = (what(chance), FIRST + Duration::days(chance.below(days).into()));
        let late = if chance.below(4) == 0 { Duration::days(chance.below(60).into()) } else { Duration::ZERO };
        // What is of the day it is recorded on has no other.
        let known = happened + late;
        let of_its_own = matches!(what, What::Alert(_) | What::Lines(_) | What::Check(_));
        let day = match what {
            // Few days, which are counted again and again.
            What::Covered { .. } => date!(2026 - 03 - 02) + Duration::days(chance.below(40).into()),
            _ if of_its_own => happened,
            _ => known,
        };
        let school = usize::try_from(chance.below(150)).unwrap_or_default();
        Happened { school, day, known, place: usize::try_from(place).unwrap_or_default(), what }
    };
    let mut all: Vec<Happened> = (0..EVENTS).map(|place| one(place, chance)).collect();
    // Some checks are read otherwise afterwards.
    let checks: Vec<Happened> = all.iter().filter(|h| matches!(h.what, What::Check(_))).cloned().collect();
    for check in checks {
        let What::Check(was) = check.what else { continue };
        if chance.below(3) == 0 {
            let known = check.known + Duration::days(i64::from(chance.below(50)) + 1);
            all.push(Happened { known, place: all.len(), what: What::Reread { was, is: "partly" }, ..check });
        }
    }
    // In the order in which they were recorded, so that the later of two has the later place.
    all.sort_by_key(|happened| (happened.known, happened.place));
    all.iter_mut().enumerate().for_each(|(place, happened)| happened.place = place);
    all
}

fn codes(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

fn announced(happened: &Happened) -> Event {
    let midday = datetime!(2000-01-01 12:00 UTC).replace_date(happened.day);
    let mark = |result: &str| {
        let (date, kind) = (happened.day.to_string(), "filter".into());
        Some(RegisterMark { date, kind, result: result.into(), ..RegisterMark::default() })
    };
    let checks = || "filter-checks".to_owned();
    match happened.what {
        What::Concern(origin) => Event::ConcernRecorded(ConcernRecorded { origin: origin.into(), not_safe: false }),
        What::Triaged { minutes, .. } => {
            Event::ConcernTriaged(ConcernTriaged { outcome: "new_case".into(), waited_s: minutes * 60 })
        }
        What::PassedOn { .. } => {
            let (level, reason) = ("deputy".to_owned(), "unread".to_owned());
            Event::ConcernEscalated(ConcernEscalated { level, reason, ..ConcernEscalated::default() })
        }
        What::Opened { procedure, risks } => {
            Event::CaseOpened(CaseOpened { procedure: procedure.into(), policy_version: 1, risks: codes(risks) })
        }
        What::Closed { procedure, outcome, skipped, groups } => Event::CaseClosed(CaseClosed {
            procedure: procedure.into(),
            outcome: outcome.into(),
            open_s: 1,
            deviations: skipped,
            groups: codes(groups),
        }),
        What::Reopened(procedure) => Event::CaseReopened(CaseReopened { procedure: procedure.into(), closed_s: 1 }),
        What::Told(told) => Event::ParentsDecided(ParentsDecided { told }),
        What::Alert(theme) => Event::AlertRaised(AlertRaised {
            theme: theme.into(),
            severity: "high".into(),
            first_time: Some(chassis::clock::timestamp(midday - Duration::hours(4))),
            ..AlertRaised::default()
        }),
        What::Lines(received) => Event::FeedCounted(FeedCounted {
            hour_time: Some(chassis::clock::timestamp(midday - Duration::hours(4))),
            received: received.into(),
            ..FeedCounted::default()
        }),
        What::Covered { state, gap } => Event::CoverageDayCounted(CoverageDayCounted {
            date: happened.day.to_string(),
            state: state.into(),
            expected_minutes: 420,
            gap_minutes: gap,
        }),
        What::Check(result) => {
            Event::RegisterEntryAdded(RegisterEntryAdded { register: checks(), now: mark(result), before: None })
        }
        What::Reread { was, is } => {
            Event::RegisterEntryAdded(RegisterEntryAdded { register: checks(), now: mark(is), before: mark(was) })
        }
        What::Expected { part, expected, covered } => Event::RegisterCounted(RegisterCounted {
            register: "training".into(),
            part: part.into(),
            expected,
            covered,
            others: 0,
        }),
    }
}

/// What it is about, where several things are about one.
fn about(happened: &Happened) -> String {
    match happened.what {
        What::Triaged { concern, .. } | What::PassedOn { concern } => format!("con_{concern}"),
        _ => String::new(),
    }
}

/// When it was announced: on the day it was recorded, in London; later in the day where it has a later place.
fn at(happened: &Happened) -> OffsetDateTime {
    let seconds = i64::try_from(happened.place).unwrap_or_default();
    let replaced = matches!(happened.what, What::Covered { .. } | What::Expected { .. }) || !about(happened).is_empty();
    let summer = matches!(happened.known.month(), Month::June | Month::July);
    let evening = summer && !replaced && happened.place.is_multiple_of(7);
    if evening {
        // 23:10 UTC of the day before is 00:10 in London.
        let before = happened.known - Duration::days(1);
        before.midnight().assume_utc() + Duration::minutes(23 * 60 + 10)
    } else {
        happened.known.midnight().assume_utc() + Duration::hours(9) + Duration::seconds(seconds)
    }
}

/// What a measure counts of one thing: under which values of a dimension (one without a name where it is not broken down), and
/// how many. Written from the definitions.
fn counted(measure: &str, by: &str, what: What) -> Vec<(&'static str, i64)> {
    let band = |minutes: i64| match minutes {
        ..=60 => "within_1h",
        ..=240 => "within_4h",
        ..=1_440 => "within_24h",
        ..=4_320 => "within_3d",
        ..=10_080 => "within_7d",
        _ => "over_7d",
    };
    let under = |value: &'static str, n: i64| vec![(if by.is_empty() { "" } else { value }, n)];
    match (measure, what) {
        ("concerns_recorded", What::Concern(origin)) => under(origin, 1),
        ("concerns_triaged", What::Triaged { minutes, .. }) => under(band(minutes), 1),
        ("concerns_escalated", What::PassedOn { .. }) => under("", 1),
        ("cases_opened", What::Opened { risks, .. }) if by == "risk" => risks.iter().map(|risk| (*risk, 1)).collect(),
        ("cases_opened", What::Opened { procedure, .. }) => under(procedure, 1),
        ("filtering_breaches", What::Opened { procedure: "P8", .. }) => under("", 1),
        ("filtering_breaches_closed", What::Closed { procedure: "P8", outcome, .. }) => under(outcome, 1),
        ("cases_closed", What::Closed { groups, .. }) if by == "group" => {
            groups.iter().map(|group| (*group, 1)).collect()
        }
        ("cases_closed", What::Closed { outcome, .. }) => under(outcome, 1),
        ("cases_reopened", What::Reopened(procedure)) => under(procedure, 1),
        ("cases_open", What::Opened { procedure, .. } | What::Reopened(procedure)) => under(procedure, 1),
        ("cases_open", What::Closed { procedure, .. }) => under(procedure, -1),
        ("deviations", What::Closed { procedure, skipped, .. }) => under(procedure, skipped.into()),
        ("parents_told", What::Told(true)) | ("parents_not_told", What::Told(false)) => under("", 1),
        ("alerts_raised", What::Alert(theme)) => under(theme, 1),
        ("lines_received", What::Lines(n)) => under("", n.into()),
        ("monitoring_days", What::Covered { state, .. }) if state != "learning" => under(state, 1),
        ("monitoring_coverage", What::Covered { state: "covered", .. }) => under("", 1),
        ("monitoring_gap_minutes", What::Covered { state, gap }) if state != "learning" => under("", gap.into()),
        ("filter_checks_done", What::Check(result)) => under(result, 1),
        ("filter_checks_done", What::Reread { was, is }) => {
            if by.is_empty() {
                under("", 0)
            } else {
                vec![(is, 1), (was, -1)]
            }
        }
        ("staff_expected", What::Expected { part, expected, .. }) => under(part, expected.into()),
        ("staff_covered", What::Expected { part, covered, .. }) => under(part, covered.into()),
        _ => Vec::new(),
    }
}

/// The truth of a question, by row and column; without what is 0.
fn truth(all: &[Happened], question: &Question, ids: &[String]) -> BTreeMap<(String, String), i64> {
    let as_at = question.as_at.unwrap_or(Date::MAX);
    let known: Vec<&Happened> = all.iter().filter(|happened| happened.known <= as_at).collect();
    // What is said of the same thing again counts as it was said last: of a day of coverage at all, and of those expected until
    // the end of the stretch.
    let last = |until: Date| -> BTreeSet<usize> {
        let mut last: BTreeMap<(usize, String), usize> = BTreeMap::new();
        for happened in &known {
            let of = match happened.what {
                What::Covered { .. } => happened.day.to_string(),
                What::Expected { part, .. } if happened.known < until => part.to_owned(),
                _ => continue,
            };
            last.insert((happened.school, of), happened.place);
        }
        last.into_values().collect()
    };
    // A concern counts when it was first decided about, and when it was first passed on; whatever comes later is no other concern.
    let mut firsts: BTreeMap<(usize, bool, String), usize> = BTreeMap::new();
    for happened in &known {
        let about = about(happened);
        if !about.is_empty() {
            let passed = matches!(happened.what, What::PassedOn { .. });
            firsts.entry((happened.school, passed, about)).or_insert(happened.place);
        }
    }
    let firsts: BTreeSet<usize> = firsts.into_values().collect();
    let axis = |axis: &Option<Axis>| match axis {
        Some(Axis::Dimension(dimension)) => dimension.clone(),
        _ => String::new(),
    };
    let (row_by, column_by) = (axis(&question.rows), axis(&question.columns));
    let by = if row_by.is_empty() { column_by.as_str() } else { row_by.as_str() };
    let month = |day: Date| format!("{}-{:02}", day.year(), u8::from(day.month()));
    let term = |day: Date| {
        let season = match (u8::from(day.month()), day.day()) {
            (9.., _) => "autumn",
            (1..=3, _) | (4, ..=15) => "spring",
            _ => "summer",
        };
        format!("{}-{season}", day.year())
    };
    let time =
        [&question.rows, &question.columns].into_iter().flatten().find(|axis| matches!(axis, Axis::Term | Axis::Month));
    let label = |day: Date| match time {
        Some(Axis::Month) => month(day),
        Some(_) => term(day),
        None => String::new(),
    };
    // The first and last day of each stretch of the period.
    let mut stretches: BTreeMap<String, (Date, Date)> = BTreeMap::new();
    let mut day = question.from;
    while day < question.to {
        stretches.entry(label(day)).or_insert((day, day)).1 = day;
        day += Duration::days(1);
    }
    let standing = question.measure.standing;
    let mut cells: BTreeMap<(String, String), i64> = BTreeMap::new();
    for (stretch, (first, end)) in stretches {
        let last = last(end + Duration::days(1));
        let inside = |happened: &&&Happened| {
            let when = happened.day <= end && (standing || happened.day >= first);
            let counts = match happened.what {
                What::Covered { .. } | What::Expected { .. } => last.contains(&happened.place),
                What::Triaged { .. } | What::PassedOn { .. } => firsts.contains(&happened.place),
                _ => true,
            };
            when && counts
        };
        for happened in known.iter().filter(inside) {
            let school = &ids[happened.school];
            if matches!(&question.schools, Schools::One(one) if one != school) {
                continue;
            }
            for (value, n) in counted(&question.measure.key, by, happened.what) {
                let of = |axis: &Option<Axis>| match axis {
                    None => String::new(),
                    Some(Axis::School) => school.clone(),
                    Some(Axis::Term | Axis::Month) => stretch.clone(),
                    Some(Axis::Dimension(_)) => value.to_owned(),
                };
                *cells.entry((of(&question.rows), of(&question.columns))).or_default() += n;
            }
        }
    }
    cells.retain(|_, n| *n > 0);
    cells
}

/// What was counted, in the same form.
fn answer(counted: &Counted) -> BTreeMap<(String, String), i64> {
    let mut cells = BTreeMap::new();
    for (row, counts) in counted.rows.iter().zip(&counted.cells) {
        for (column, n) in counted.columns.iter().zip(counts).filter(|(_, n)| **n > 0) {
            cells.insert((row.clone(), column.clone()), i64::try_from(*n).unwrap_or(i64::MAX));
        }
    }
    cells
}

/// The measures of which something happens, each with a dimension to break it down by.
const ASKED: [(&str, &str); 22] = [
    ("concerns_recorded", "origin"),
    ("concerns_triaged", "waited"),
    ("concerns_escalated", ""),
    ("cases_opened", "procedure"),
    ("cases_opened", "risk"),
    ("cases_closed", "outcome"),
    ("cases_closed", "group"),
    ("cases_reopened", "procedure"),
    ("cases_open", "procedure"),
    ("deviations", "procedure"),
    ("filtering_breaches_closed", "outcome"),
    ("filtering_breaches", ""),
    ("parents_told", ""),
    ("parents_not_told", ""),
    ("alerts_raised", "theme"),
    ("lines_received", ""),
    ("monitoring_days", "state"),
    ("monitoring_gap_minutes", ""),
    ("filter_checks_done", "result"),
    ("monitoring_coverage", ""),
    ("staff_expected", "part"),
    ("staff_covered", "part"),
];

pub(super) async fn independent_recount(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let place = Place::new(&bed).await?;
    let mut ids: Vec<String> = (0..SCHOOLS).map(|_| bed.school()).collect();
    ids.sort();
    let mut chance = Chance::new(2026);
    let all = authority(&mut chance);
    let event =
        |h: &Happened| Envelope { aggregate_id: about(h), ..envelope(&bed, &ids[h.school], at(h), announced(h)) };
    let mut events: Vec<_> = all.iter().map(event).collect();
    chance.shuffle(&mut events);
    for batch in events.chunks(200) {
        let mut tx = place.begin().await?;
        for event in batch {
            store::log::hear(&tx, event).await?;
        }
        tx.silent();
        tx.commit().await?;
    }
    let tx = place.begin().await?;
    let (mut asked, mut cells) = (Vec::new(), 0);
    let periods =
        [(FIRST, END), (date!(2025 - 09 - 01), date!(2026 - 01 - 01)), (date!(2026 - 02 - 10), date!(2026 - 05 - 03))];
    for (key, by) in ASKED {
        let measure = measure::get(key).ok_or_else(chassis::error::Error::missing)?;
        let broken_down = (!by.is_empty()).then(|| Axis::Dimension(by.to_owned()));
        for (from, to) in periods {
            for as_at in [None, Some(date!(2026 - 03 - 10)), Some(date!(2026 - 08 - 31))] {
                let schools = Schools::All;
                let only = BTreeMap::new();
                let plain = Question { measure, schools, from, to, as_at, rows: None, columns: None, only };
                let axes = [
                    (None, None),
                    (Some(Axis::School), Some(Axis::Term)),
                    (Some(Axis::Month), broken_down.clone()),
                    (broken_down.clone(), Some(Axis::School)),
                ];
                let with = |(rows, columns)| Question { rows, columns, ..plain.clone() };
                asked.extend(axes.map(with));
                let one = Schools::One(ids[7].clone());
                asked.push(Question { schools: one, rows: broken_down.clone(), ..plain.clone() });
            }
        }
    }
    for counted in counts(&tx, asked).await? {
        let truth = truth(&all, &counted.question, &ids);
        cells += truth.len();
        assert_eq!(answer(&counted), truth, "{:?}", counted.question);
        // Tables of which nothing counts in several cells reconcile with the figure alone.
        let mut axes = [&counted.question.rows, &counted.question.columns].into_iter().flatten();
        let several = axes.any(|axis| ["risk", "group"].map(|by| Axis::Dimension(by.to_owned())).contains(axis));
        if !several && !counted.question.measure.standing {
            let alone = count(&tx, Question { rows: None, columns: None, ..counted.question.clone() }).await?;
            assert_eq!(counted.total(), alone.total(), "{:?}", counted.question);
            assert_eq!(counted.row_totals().iter().sum::<u64>(), counted.column_totals().iter().sum::<u64>());
        }
    }
    assert!(cells > 10_000, "{cells} cells were counted again");
    Ok(())
}
