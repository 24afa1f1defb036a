//! Looks at every feed once a minute: what it does not do is in the history, in its coverage and in an event, once; so is its
//! end. School days that are over are counted, and counted anew where more came of them. Every process of the service looks,
//! and whoever comes first says it.

use std::time::Duration as Wait;

use chassis::{
    caller::Scope,
    clock::{london, timestamp},
    db::Tx,
    error::{Error, Kind as Refused, Result},
    event::Event,
    history::Act,
    id::SchoolId,
    serve::Shutdown,
};
use proto::{
    event::v1::{CoverageDayCounted, FeedCoverageChanged},
    policy_registry::v1::GetEffectivePolicyRequest,
};
use time::{Date, Duration, OffsetDateTime};
use tracing::warn;

use crate::{
    App,
    coverage::{
        SchoolYear,
        day::{self, Day},
        expect::Expectation,
        look::{DAYS, Sight},
        trouble::Change,
        usual::{Usual, WEEKS},
    },
    rpc::convert,
    store::{self, coverage::Watched},
};

/// How often it looks.
const EVERY: Wait = Wait::from_secs(60);
/// How long the registry may take to say what is in force.
const ANSWER: Wait = Wait::from_secs(2);
/// How many days back a day is looked for that is over.
const FIRST_DAYS: i64 = 7;
/// How many days are counted at once: after a standstill none of them is left out, and the next look goes on.
const AT_ONCE: i64 = 31;

/// Looks until shutdown.
pub(crate) async fn run(app: App, mut shutdown: Shutdown) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.wait() => return,
        }
        if let Err(error) = pass(&app).await {
            warn!(service = app.store.name(), %error, "feeds could not be looked at");
        }
    }
}

/// Looks at every school's feeds; answers how much began or ended, and how many days were counted.
///
/// # Errors
/// Where the schools cannot be listed.
pub(crate) async fn pass(app: &App) -> Result<u32> {
    let mut tx = app.store.begin(&Scope::system(app.store.name())).await?;
    let schools = store::coverage::schools(&tx).await?;
    tx.silent();
    tx.commit().await?;
    let (mut told, mut answers) = (0, true);
    for school in &schools {
        match at_school(app, school, &mut answers).await {
            Ok(some) => told += some,
            // The others are looked at all the same; this one is looked at again.
            Err(error) => warn!(school.id = school, %error, "a school's feeds could not be looked at"),
        }
    }
    Ok(told)
}

async fn at_school(app: &App, school: &str, answers: &mut bool) -> Result<u32> {
    let school: SchoolId = school.parse().map_err(|_| Error::internal("a feed of no school"))?;
    let scope = Scope::own(app.store.name(), &school);
    let year = year(app, &scope, answers).await?;
    let mut tx = app.store.begin(&scope).await?;
    let feeds = store::coverage::feeds(&tx).await?;
    let (mut stale, mut changed) = (Vec::new(), Vec::new());
    for watched in feeds.iter().filter(|watched| watched.feed.ended_at.is_none()) {
        if watched.coverage.learnt_on != Some(london(tx.now()).date()) {
            stale.push(watched.feed.id.to_string());
        } else if look(&tx, watched, &year).await?.0 != watched.coverage {
            changed.push(watched.feed.id.to_string());
        }
    }
    let until = store::coverage::counted_until(&tx, school.as_str()).await?;
    let over = closes_next(&feeds, &year, tx.now()).is_some_and(|date| until.is_none_or(|until| date > until));
    let recounts = match until {
        Some(until) => store::coverage::has_recounts(&tx, school.as_str(), until).await?,
        None => false,
    };
    tx.silent();
    tx.commit().await?;
    let mut told = 0;
    for feed in stale.iter().chain(&changed) {
        told += write(app, &scope, feed, &year).await?;
    }
    if recounts || over {
        told += count_days(app, &scope, &year).await?;
    }
    Ok(told)
}

/// When the school works: as is kept, else as the registry says; the usual where neither knows. A registry that did not
/// answer is not asked again in the same round.
async fn year(app: &App, scope: &Scope, answers: &mut bool) -> Result<SchoolYear> {
    let school = scope.school()?.as_str();
    let mut tx = app.store.begin(scope).await?;
    let kept = store::coverage::year(&tx, school).await?;
    tx.silent();
    tx.commit().await?;
    if let Some(year) = kept {
        return Ok(year);
    }
    if !*answers {
        return Ok(SchoolYear::default());
    }
    let request = GetEffectivePolicyRequest { school_id: school.to_owned(), ..Default::default() };
    let mut request = chassis::upstream::request(request);
    request.set_timeout(ANSWER);
    let year = match app.policy_registry()?.get_effective_policy(request).await {
        Ok(answer) => convert::school_year(&answer.into_inner().policy.unwrap_or_default()),
        // A school without a policy works as schools usually do; its own hours come with the policy.
        Err(status) if Error::from_status(&status).kind() == Refused::Missing => SchoolYear::default(),
        // Nothing is kept of an answer that did not come.
        Err(_) => {
            *answers = false;
            return Ok(SchoolYear::default());
        }
    };
    let mut tx = app.store.begin(scope).await?;
    store::coverage::keep_year(&tx, school, Some(&year)).await?;
    tx.silent();
    tx.commit().await?;
    Ok(year)
}

/// How a feed does now, and what began or ended.
async fn look(tx: &Tx, watched: &Watched, year: &SchoolYear) -> Result<(crate::coverage::Coverage, Vec<Change>)> {
    let id = watched.feed.id.as_str();
    let hours = store::coverage::hours(tx, id, tx.now() - Duration::days(DAYS.into())).await?;
    let replays = store::coverage::replays(tx, id, tx.now() - Duration::DAY).await?;
    let mut coverage = watched.coverage.clone();
    let usual = coverage.usual.clone();
    let sight = Sight {
        now: tx.now(),
        created_at: watched.feed.created_at,
        received_at: watched.received_at,
        hours: &hours,
        expectation: Expectation { rhythm: watched.rhythm.as_ref(), usual: &usual, year },
        replays: &replays,
    };
    let changes = coverage.look(&sight);
    Ok((coverage, changes))
}

/// Looks at a feed again while nobody else does, learns what is usual where that is a day old, and says what is found.
async fn write(app: &App, scope: &Scope, feed_id: &str, year: &SchoolYear) -> Result<u32> {
    let mut tx = app.store.begin(scope).await?;
    let today = london(tx.now()).date();
    let feed = store::feed::load(&tx, feed_id).await?;
    store::coverage::lock(&tx, &feed).await?;
    // It may have been ended meanwhile.
    let feed = store::feed::load(&tx, feed.id.as_str()).await?;
    if feed.ended_at.is_some() {
        tx.silent();
        tx.commit().await?;
        return Ok(0);
    }
    let mut watched = store::coverage::feed(&tx, feed_id).await?;
    if watched.coverage.learnt_on != Some(today) {
        let past = store::coverage::hours(&tx, feed_id, tx.now() - Duration::weeks(WEEKS)).await?;
        watched.coverage.usual = Usual::learn(&past, year, today);
        watched.coverage.learnt_on = Some(today);
    }
    let (coverage, changes) = look(&tx, &watched, year).await?;
    store::coverage::keep(&tx, &feed, Some(&coverage)).await?;
    let silent_feeds = u32::try_from(store::coverage::silent(&tx).await?).unwrap_or(u32::MAX);
    for change in &changes {
        let (state, ended) = (change.trouble.kind.as_str(), change.ended);
        tx.record(Act::new("coverage.changed", feed_id).detail("state", state).detail("ended", ended));
        if ended && !change.trouble.kind.end_is_told() {
            continue;
        }
        let event = FeedCoverageChanged {
            state: state.to_owned(),
            ended,
            since_time: Some(timestamp(change.trouble.since)),
            silent_feeds,
            told: year.told.of(change.trouble.kind).to_vec(),
        };
        tx.announce(feed_id, Event::FeedCoverageChanged(event)).await?;
    }
    if changes.is_empty() {
        // What is usual was learnt: that is nobody's act.
        tx.silent();
    }
    tx.commit().await?;
    Ok(u32::try_from(changes.len()).unwrap_or(u32::MAX))
}

fn expectation<'a>(watched: &'a Watched, year: &'a SchoolYear) -> Expectation<'a> {
    Expectation { rhythm: watched.rhythm.as_ref(), usual: &watched.coverage.usual, year }
}

/// When a school's day can be counted: when that of the last of its feeds can.
fn closes(feeds: &[Watched], year: &SchoolYear, date: Date) -> Option<OffsetDateTime> {
    let there = feeds.iter().filter(|watched| watched.feed.is_there(date));
    there.map(|watched| day::closes(date, &expectation(watched, year))).max()
}

/// The latest day that is over for all of a school's feeds, of the last days.
fn closes_next(feeds: &[Watched], year: &SchoolYear, now: OffsetDateTime) -> Option<Date> {
    let today = london(now).date();
    let dates = (0..FIRST_DAYS).filter_map(|back| today.checked_sub(Duration::days(back)));
    dates.into_iter().find(|date| closes(feeds, year, *date).is_some_and(|at| at <= now))
}

/// Counts the days that are over and were not counted, and those of which more came; answers how many were told.
async fn count_days(app: &App, scope: &Scope, year: &SchoolYear) -> Result<u32> {
    let mut tx = app.store.begin(scope).await?;
    let school = tx.scope().school()?.to_string();
    store::coverage::lock_year(&tx, &school).await?;
    let until = store::coverage::counted_until(&tx, &school).await?;
    let feeds = store::coverage::feeds(&tx).await?;
    let Some(last) = closes_next(&feeds, year, tx.now()) else {
        return Ok(0);
    };
    let first = match until {
        Some(until) => until.next_day().unwrap_or(last),
        // Whoever counts for the first time begins where events do, however long ago.
        None => store::coverage::first_event(&tx, &feeds).await?.map_or(last, |at| london(at).date().min(last)),
    };
    let last = last.min(first.saturating_add(Duration::days(AT_ONCE - 1)));
    let mut dates: Vec<Date> =
        std::iter::successors(Some(first), |date| date.next_day()).take_while(|date| *date <= last).collect();
    if until.is_some_and(|until| until >= last) {
        dates.clear();
    }
    if let Some(until) = until {
        dates.extend(store::coverage::take_recounts(&tx, &school, until).await?);
    }
    let mut told = 0;
    for date in &dates {
        told += u32::from(count_day(&mut tx, &school, &feeds, year, *date).await?);
    }
    if until.is_none_or(|until| until < last) {
        store::coverage::count_until(&tx, &school, last).await?;
    }
    if told == 0 {
        tx.silent();
    }
    tx.commit().await?;
    Ok(told)
}

/// Counts one day of a school; answers whether that is told: where it is new, or another than was told.
async fn count_day(tx: &mut Tx, school: &str, feeds: &[Watched], year: &SchoolYear, date: Date) -> Result<bool> {
    let from = chassis::calendar::on(date, time::Time::MIDNIGHT);
    let mut days = Vec::with_capacity(feeds.len());
    // On the day it was made, and before, nothing was expected of a feed; nor from the day on which it ended.
    let expected = |watched: &&Watched| london(watched.feed.created_at).date() < date && watched.feed.is_there(date);
    for watched in feeds.iter().filter(expected) {
        let hours = store::coverage::hours(tx, watched.feed.id.as_str(), from).await?;
        if let Some(day) = Day::of_feed(date, &hours, &expectation(watched, year)) {
            store::coverage::keep_day(tx, school, watched.feed.id.as_str(), &day).await?;
            days.push(day);
        }
    }
    let Some(day) = Day::of_school(&days) else { return Ok(false) };
    let before = store::coverage::day(tx, school, "", date).await?;
    store::coverage::keep_day(tx, school, "", &day).await?;
    let same = |before: Day| (before.state, before.gaps) == (day.state, day.gaps.clone());
    if before.is_some_and(same) {
        return Ok(false);
    }
    let (expected_minutes, gap_minutes) = (day.expected_minutes, day.gap_minutes());
    tx.record(
        Act::new("coverage_day.counted", school)
            .detail("date", date.to_string())
            .detail("state", day.state.as_str())
            .detail("gap_minutes", gap_minutes),
    );
    let event = CoverageDayCounted {
        date: date.to_string(),
        state: day.state.as_str().to_owned(),
        expected_minutes,
        gap_minutes,
    };
    tx.announce(school, Event::CoverageDayCounted(event)).await?;
    Ok(true)
}
