//! One look at a feed: what it does not do, judged by what arrived against what is expected. A trouble that began lasts until
//! a look says that it is not so any more; while too little arrives to tell, it stays as it is.

use chassis::{calendar, clock::london};
use time::{Date, Duration, OffsetDateTime};

use super::{
    CHANGES, Coverage, Fields, Hour, State,
    expect::Expectation,
    percent,
    rhythm::{Rhythm, clock, often},
    trouble::{Change, Kind, Says, Trouble},
};

/// How far back a look goes.
pub const DAYS: u16 = 8;
/// What is judged by what arrived lately is judged by this much of it.
const LATELY: Duration = Duration::hours(2);
/// How long a replay is shown.
const REPLAY_SHOWN: Duration = Duration::days(1);
/// Events that are too few to judge their times by.
const FEW: u64 = 10;
/// Lines that are too few to judge their shares by.
const MANY: u64 = 50;
/// Events of two hours that are too few to call others far fewer.
const VOLUME: u64 = 100;
/// Below this share of what is usual, in percent, events are far fewer.
const FAR_FEWER: u64 = 30;
/// From this share on, in percent, lines that cannot be read are a change of form.
const REFUSED: u32 = 20;
/// From this share on, in percent, events are dated wrong or come twice.
const NOTABLE: u32 = 5;
/// Events that come so long after they happened come late (the usual time on the way, three times, where that is more).
const LATE: Duration = Duration::minutes(30);
/// Events that are all so far behind, and by the same time, come from a clock that is behind.
const BEHIND: Duration = Duration::minutes(10);
/// How far apart the times on the way may lie that are called the same.
const SAME: Duration = Duration::minutes(5);
/// How long after an hour its events are all there, beyond the usual time on the way.
const SETTLED: Duration = Duration::minutes(10);

/// A delivery of which most had come before in others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// What the sender calls it.
    pub delivery_id: String,
    /// Its events.
    pub events: u64,
    /// Those of them that had come before.
    pub duplicates: u64,
    /// When it came.
    pub at: OffsetDateTime,
}

/// What a look sees.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// The moment.
    pub now: OffsetDateTime,
    /// When the feed was made.
    pub created_at: OffsetDateTime,
    /// When its last line arrived.
    pub received_at: Option<OffsetDateTime>,
    /// The hours of the last days, oldest first.
    pub hours: &'a [Hour],
    /// What is expected.
    pub expectation: Expectation<'a>,
    /// Deliveries of the last day that had come before.
    pub replays: &'a [Replay],
}

impl Coverage {
    /// Takes in what a look sees; answers what began or ended.
    pub fn look(&mut self, sight: &Sight<'_>) -> Vec<Change> {
        let mut changes = Vec::new();
        for kind in Kind::ALL {
            let before = self.troubles.iter().find(|trouble| trouble.kind == kind).cloned();
            match (sight.says(kind, before.as_ref(), &self.troubles), before) {
                (Says::So { since, evidence }, None) => {
                    let trouble = Trouble { kind, since, evidence, found_at: sight.now };
                    changes.push(Change { trouble: trouble.clone(), ended: false, at: sight.now });
                    self.troubles.push(trouble);
                }
                (Says::Not, Some(trouble)) => {
                    changes.push(Change { trouble, ended: true, at: sight.now });
                    self.troubles.retain(|trouble| trouble.kind != kind);
                }
                // Something came meanwhile, and it is silent again or still: it is so since that came.
                (Says::So { since, evidence }, Some(trouble)) if kind == Kind::Silent && since > trouble.since => {
                    self.troubles.iter_mut().filter(|held| held.kind == kind).for_each(|held| {
                        held.since = since;
                        held.evidence.clone_from(&evidence);
                    });
                }
                (Says::So { .. } | Says::CannotTell, Some(_)) | (Says::Not | Says::CannotTell, None) => {}
            }
        }
        self.troubles.sort_by_key(|trouble| trouble.kind);
        for change in &changes {
            self.changes.insert(0, change.clone());
        }
        self.changes.truncate(CHANGES);
        changes
    }

    /// How it does in one word, where it is in no trouble.
    pub fn state(&self, sight: &Sight<'_>) -> State {
        // That its sender says it is there is no line: nothing may be logged there.
        if sight.received_at.is_none() && sight.hours.iter().all(|hour| hour.received == 0 && hour.events == 0) {
            State::Waiting
        } else if !sight.expectation.known() {
            State::Learning
        } else if sight.expectation.allowed(sight.now - Duration::minutes(1)).is_none() {
            State::Quiet
        } else {
            State::Covered
        }
    }
}

impl Sight<'_> {
    fn says(&self, kind: Kind, before: Option<&Trouble>, others: &[Trouble]) -> Says {
        let has = |kind| others.iter().any(|trouble| trouble.kind == kind);
        match kind {
            Kind::Silent => self.silent(before),
            Kind::Late => self.late(),
            Kind::Shifted => self.shifted(),
            // Where nothing comes at all, nothing is said of how much it is.
            Kind::Partial if has(Kind::Silent) => Says::CannotTell,
            Kind::Partial => both(self.fewer(), self.says_less()),
            Kind::ClockSkewed => self.skewed(),
            Kind::Replayed => self.replayed(),
            Kind::Duplicated if has(Kind::Replayed) => Says::CannotTell,
            Kind::Duplicated => self.duplicated(),
        }
    }

    /// The last minute in which something was heard, as far as it has passed.
    pub fn last_heard(&self) -> Option<OffsetDateTime> {
        self.hours.iter().rev().filter_map(Hour::last_heard).find(|at| *at <= self.now)
    }

    /// The last minute of the last hour in which something happened, as far as it has passed.
    pub fn last_event(&self) -> Option<OffsetDateTime> {
        let hours = self.hours.iter().rev().filter(|hour| hour.events > 0);
        hours.filter_map(Hour::last_heard).find(|at| *at <= self.now)
    }

    fn heard(&self, at: OffsetDateTime) -> bool {
        let start = hour_of(at);
        let place = self.hours.binary_search_by_key(&start, |hour| hour.start);
        place.ok().and_then(|place| self.hours.get(place)).is_some_and(|hour| hour.minutes.heard(at.minute()))
    }

    /// Whether anything of a day came.
    fn arrived(&self, date: Date) -> bool {
        self.hours.iter().any(|hour| hour.date() == date && hour.minutes.last().is_some())
    }

    fn silent(&self, before: Option<&Trouble>) -> Says {
        let last = self.last_heard();
        // What came before the days that a look goes back to, or says that it happened before them, came all the same.
        let came = last.max(self.received_at.filter(|at| *at <= self.now));
        match before {
            Some(trouble) if came.is_none_or(|came| came <= trouble.since) => Says::CannotTell,
            Some(trouble) => match self.silent_since(came) {
                // While nothing is expected, what was heard ends it.
                Says::CannotTell if last.is_some_and(|last| last > trouble.since) => Says::Not,
                says => says,
            },
            None => self.silent_since(came),
        }
    }

    /// Whether it is silent since what came last.
    fn silent_since(&self, came: Option<OffsetDateTime>) -> Says {
        let since = came.unwrap_or(self.created_at);
        let so = |what: String| {
            let heard =
                came.map_or("It has never sent anything".to_owned(), |at| format!("Nothing since {}", moment(at)));
            Says::So { since, evidence: format!("{heard}; {what}") }
        };
        if let Some(Rhythm::Daily { .. }) = self.expectation.rhythm {
            let missing = self.missing();
            return match missing.as_slice() {
                [.., _, _] => so(format!("{} exports in a row are missing", missing.len())),
                _ => Says::Not,
            };
        }
        if !self.expectation.known() {
            let day = self.expectation.year.hours.to - self.expectation.year.hours.from;
            let run = self.silence(|at| self.expectation.year.open(at).then_some(0), came);
            let whole = i64::from(run) >= day.whole_minutes();
            return if whole { so("a whole school day has passed".to_owned()) } else { Says::Not };
        }
        let horizon = self.now - self.expectation.lag() - Duration::minutes(1);
        let Some(allowed) = self.expectation.allowed(horizon) else { return Says::CannotTell };
        let run = self.silence(|at| self.expectation.allowed(at), None);
        let arrived = self.last_heard().max(self.received_at);
        let arrives = arrived.is_some_and(|at| self.now - at <= Duration::minutes(allowed.into()));
        if run <= allowed || arrives {
            return Says::Not;
        }
        so(match self.expectation.rhythm {
            Some(Rhythm::Every { minutes, .. }) => {
                let often = often(*minutes);
                format!("something is to come at least {often}, and for more than {allowed} minutes nothing did")
            }
            _ => format!("at this time something comes at least every {allowed} minutes"),
        })
    }

    /// For how many minutes up to the horizon nothing was heard although something was expected in each of them. What came
    /// last, where that is said, ends it, also where it came after the horizon or is dated long before it came.
    fn silence(&self, allowed: impl Fn(OffsetDateTime) -> Option<u32>, came: Option<OffsetDateTime>) -> u32 {
        let mut at = self.now - self.expectation.lag() - Duration::minutes(1);
        let first = (self.now - Duration::days(DAYS.into())).max(self.created_at);
        let learning = !self.expectation.known();
        let mut run = 0;
        while at >= first && !self.heard(at) && came.is_none_or(|came| at > came) {
            match allowed(at) {
                Some(_) => run += 1,
                // A night between two school days is no break of a silence that lasts for days.
                None if learning => {}
                None => break,
            }
            at -= Duration::minutes(1);
        }
        run
    }

    /// The days whose exports are due and not there, the latest first, until one that is.
    fn missing(&self) -> Vec<(Date, OffsetDateTime)> {
        let Some(rhythm) = self.expectation.rhythm else { return Vec::new() };
        let mut missing = Vec::new();
        let mut now = self.now;
        for _ in 0..DAYS {
            let Some((date, due)) = rhythm.last_due(now, DAYS, self.expectation.year) else { break };
            // What was due before there was the feed, or before what is looked at, was not awaited.
            let first = (self.now - Duration::days(i64::from(DAYS) - 1)).max(self.created_at);
            if self.arrived(date) || calendar::end_of_day(date) < first {
                break;
            }
            missing.push((date, due));
            now = due - Duration::seconds(1);
        }
        missing
    }

    fn late(&self) -> Says {
        if let Some(Rhythm::Daily { .. }) = self.expectation.rhythm {
            return match self.missing().first() {
                None => Says::Not,
                Some((date, due)) => Says::So {
                    since: *due,
                    evidence: format!("The export of {} was due {} and is not there", day(*date), moment(*due)),
                },
            };
        }
        let Some((first, observed, shortest)) = self.lags() else { return Says::CannotTell };
        if observed < FEW || !self.expectation.known() {
            return Says::CannotTell;
        }
        let limit = LATE.max(self.expectation.usual.lag() * 3);
        if shortest < limit || self.behind().is_some() {
            return Says::Not;
        }
        Says::So { since: first, evidence: format!("Events come {} or more after they happened", long(shortest)) }
    }

    /// What arrived lately: since when, how many events, and the shortest time any was on the way.
    fn lags(&self) -> Option<(OffsetDateTime, u64, Duration)> {
        let lately = || self.lately().filter(|hour| hour.lag.is_some());
        let first = lately().next()?.start;
        let shortest = lately().filter_map(|hour| hour.lag).map(|(shortest, _)| shortest).min()?;
        Some((first, lately().map(|hour| hour.fields.observed).sum(), Duration::seconds(shortest)))
    }

    fn lately(&self) -> impl Iterator<Item = &Hour> {
        let from = hour_of(self.now - LATELY + Duration::hours(1));
        self.hours.iter().filter(move |hour| hour.start >= from && hour.start <= self.now)
    }

    fn shifted(&self) -> Says {
        let share = |hour: &Hour| percent(hour.malformed, hour.received);
        let (received, malformed) = self.lately().fold((0, 0), |(r, m), hour| (r + hour.received, m + hour.malformed));
        if received < MANY {
            return Says::CannotTell;
        }
        let (usually, of) = self.expectation.usual.malformed;
        let (now, usual) = (percent(malformed, received), percent(usually, of));
        if now < REFUSED || now < usual * 3 {
            return Says::Not;
        }
        let since = self.lately().find(|hour| share(hour) >= REFUSED).map_or(self.now, |hour| hour.start);
        Says::So {
            since,
            evidence: format!("{now} % of the last {} cannot be read; usual: {usual} %", count(received, "line")),
        }
    }

    fn fewer(&self) -> Says {
        let settled = self.now - SETTLED - self.expectation.lag() - Duration::hours(1);
        let (mut usual, mut events, mut heard, mut since) = (0, 0, false, None);
        let mut start = hour_of(settled);
        for _ in 0..2 {
            let local = london(start);
            let expected = self.expectation.usual.hour(local.weekday(), local.hour());
            let Some(expected) = expected.filter(|_| self.expectation.allowed(start).is_some()) else { break };
            usual += expected.events;
            if let Some(hour) = self.hours.iter().find(|hour| hour.start == start) {
                events += hour.events;
                heard |= hour.events > 0 || hour.minutes.last().is_some();
            }
            since = Some(start);
            start -= Duration::hours(1);
        }
        // Where nothing was heard at all the feed is silent. One that is heard and brings no event, since its sender says that
        // it is there or sends other lines, brings far fewer than any.
        let Some(since) = since.filter(|_| usual >= VOLUME && heard) else { return Says::CannotTell };
        if events * 100 >= usual * FAR_FEWER {
            return Says::Not;
        }
        Says::So {
            since,
            evidence: format!("{} since {}; usual in that time: {usual}", count(events, "event"), moment(since)),
        }
    }

    fn says_less(&self) -> Says {
        let mut lately = Fields::default();
        self.lately().for_each(|hour| lately.add(hour.fields));
        let usual = self.expectation.usual.fields;
        if lately.observed < MANY || usual.observed < MANY {
            return Says::CannotTell;
        }
        let fell = lately.shares().zip(usual.shares()).find(|((_, now), (_, usual))| *usual >= 50 && now * 2 < *usual);
        let Some(((field, now), (_, usual))) = fell else { return Says::Not };
        let since = self.lately().next().map_or(self.now, |hour| hour.start);
        Says::So { since, evidence: format!("{now} % of the last events hold the {field}; usual: {usual} %") }
    }

    fn skewed(&self) -> Says {
        let (observed, ahead) = self.lately().fold((0, 0), |(o, a), hour| (o + hour.fields.observed, a + hour.ahead));
        if observed < FEW {
            return Says::CannotTell;
        }
        let since = || self.lately().next().map_or(self.now, |hour| hour.start);
        if ahead >= FEW && percent(ahead, observed) >= NOTABLE {
            let furthest = self.lags().map_or(Duration::ZERO, |(_, _, shortest)| -shortest);
            let of = count(observed, "event");
            // What cannot have been when it says is counted as of when it came.
            let evidence = if furthest > Duration::ZERO {
                format!("{ahead} of the last {of} are dated ahead of their arrival, by up to {}", long(furthest))
            } else {
                format!("{ahead} of the last {of} bear a time that cannot be, and count as of when they came")
            };
            return Says::So { since: since(), evidence };
        }
        match self.behind() {
            Some(by) => Says::So {
                since: since(),
                evidence: format!(
                    "Every event is dated about {} before it arrived, though lines keep coming",
                    about(by)
                ),
            },
            None => Says::Not,
        }
    }

    /// By how much the sender's clock is behind, where that is what it looks like.
    fn behind(&self) -> Option<Duration> {
        let same = |hour: &Hour| {
            let (shortest, longest) = hour.lag?;
            let (shortest, longest) = (Duration::seconds(shortest), Duration::seconds(longest));
            (hour.batches >= FEW && shortest >= BEHIND && longest - shortest <= SAME).then_some(shortest)
        };
        self.lately().find_map(same)
    }

    fn replayed(&self) -> Says {
        let fresh = self.replays.iter().filter(|replay| self.now - replay.at < REPLAY_SHOWN);
        match fresh.min_by_key(|replay| replay.at) {
            None => Says::Not,
            Some(replay) => Says::So {
                since: replay.at,
                evidence: format!(
                    "{} in the delivery {} had come before in other deliveries",
                    // Which came before is found by a sample, but for all of them.
                    match replay.duplicates >= replay.events {
                        true => format!("All of {}", count(replay.events, "event")),
                        false => format!("About {} of {}", replay.duplicates, count(replay.events, "event")),
                    },
                    replay.delivery_id
                ),
            },
        }
    }

    fn duplicated(&self) -> Says {
        let (observed, twice) =
            self.lately().fold((0, 0), |(o, d), hour| (o + hour.fields.observed, d + hour.duplicates));
        if observed < MANY {
            return Says::CannotTell;
        }
        if twice < MANY || percent(twice, observed) < NOTABLE {
            return Says::Not;
        }
        let since = self.lately().next().map_or(self.now, |hour| hour.start);
        let evidence = format!("About {twice} of the last {} came by two ways", count(observed, "event"));
        Says::So { since, evidence }
    }
}

/// Both of two judgements of one kind: so where either says so, not where both say not.
fn both(one: Says, other: Says) -> Says {
    match (one, other) {
        (so @ Says::So { .. }, _) | (_, so @ Says::So { .. }) => so,
        (Says::Not, Says::Not) => Says::Not,
        _ => Says::CannotTell,
    }
}

fn hour_of(at: OffsetDateTime) -> OffsetDateTime {
    at - Duration::seconds(at.unix_timestamp().rem_euclid(3600)) - Duration::nanoseconds(at.nanosecond().into())
}

fn count(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// A moment in London: `24 November, 9:10am`.
fn moment(at: OffsetDateTime) -> String {
    let at = london(at);
    format!("{} {}, {}", at.day(), at.month(), clock(at.time()))
}

fn day(date: Date) -> String {
    format!("{} {} {}", date.weekday(), date.day(), date.month())
}

/// A time span: `40 minutes`, `3 hours`, `2 days`.
fn long(span: Duration) -> String {
    match span.whole_minutes() {
        minutes @ ..120 => format!("{} minutes", minutes.max(0)),
        minutes @ ..2880 => format!("{} hours", minutes / 60),
        minutes => format!("{} days", minutes / 1440),
    }
}

/// The same to the nearest: what is five hours but for a few seconds is about five.
fn about(span: Duration) -> String {
    let half = match span.whole_minutes() {
        ..120 => Duration::seconds(30),
        ..2880 => Duration::minutes(30),
        _ => Duration::hours(12),
    };
    long(span + half)
}

#[cfg(test)]
mod tests;
