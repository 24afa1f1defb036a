//! Whether a feed does what is expected of it. Expected is what its owner states, or what it usually did on school days;
//! silence is told apart from a time in which nothing is to be said.
//!
//! - `rhythm`: what is stated; `usual`: what is learnt; `expect`: what is expected at a moment
//! - `trouble`: what a feed does not do; `look`: what one look at it finds
//! - `day`: the ledger of school days; `minutes`: when something was heard

pub mod day;
pub mod expect;
pub mod look;
pub mod minutes;
pub mod rhythm;
pub mod trouble;
pub mod usual;

use chassis::{
    calendar::{ClosedDays, Hours},
    clock::london,
};
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime, Time};

use minutes::Minutes;
use trouble::{Change, Trouble};
use usual::Usual;

/// Changes that are kept of a feed.
const CHANGES: usize = 50;

/// When a school works, as its policy says, and how long it keeps what its filters reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchoolYear {
    /// Its hours.
    pub hours: Hours,
    /// The days it is closed besides weekends and bank holidays.
    pub closed: ClosedDays,
    /// Whole months that are kept besides the running one.
    pub keep_months: u32,
    /// Who is told of feeds.
    pub told: Told,
}

/// Who is told of what a feed does not do, as the policy's alert rules on feeds say: `it`, `dsl`, `head`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Of a time without proof that it worked, and of whatever makes what it reports less than it ought to be.
    pub gap: Vec<String>,
    /// Of lines that cannot be read any more.
    pub refusals: Vec<String>,
}

impl Default for Told {
    fn default() -> Self {
        let both = || vec!["it".to_owned(), "dsl".to_owned()];
        Self { gap: both(), refusals: both() }
    }
}

impl Told {
    /// Who is told of one kind of trouble.
    pub fn of(&self, kind: trouble::Kind) -> &[String] {
        if kind == trouble::Kind::Shifted { &self.refusals } else { &self.gap }
    }
}

impl Default for SchoolYear {
    /// Where no policy is known: the usual hours, no day closed, twelve months, and those told who usually are.
    fn default() -> Self {
        let at = |hour, minute| Time::from_hms(hour, minute, 0).unwrap_or(Time::MIDNIGHT);
        let hours = Hours { from: at(8, 30), to: at(15, 30) };
        Self { hours, closed: ClosedDays::default(), keep_months: crate::keeping::MONTHS, told: Told::default() }
    }
}

impl SchoolYear {
    /// Whether the school works at a moment: in its hours, on one of its days.
    pub fn open(&self, at: OffsetDateTime) -> bool {
        let local = london(at);
        self.closed.school_day(local.date()) && (self.hours.from..self.hours.to).contains(&local.time())
    }
}

/// What events of a feed say, field by field: how many of them have each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Fields {
    /// Events that were looked at.
    pub observed: u64,
    /// With a device.
    pub device: u64,
    /// With the address they were at.
    pub address: u64,
    /// With a person.
    pub person: u64,
    /// With a time of their own.
    pub time: u64,
    /// With what was searched for or asked for.
    pub content: u64,
    /// With a category that is known here.
    pub category: u64,
}

impl Fields {
    /// Adds others.
    pub fn add(&mut self, other: Self) {
        self.observed += other.observed;
        self.device += other.device;
        self.address += other.address;
        self.person += other.person;
        self.time += other.time;
        self.content += other.content;
        self.category += other.category;
    }

    /// Each with its name: what the standard expects of an event first (FM-05).
    pub fn named(&self) -> [(&'static str, u64); 6] {
        [
            ("device", self.device),
            ("address", self.address),
            ("person", self.person),
            ("time", self.time),
            ("content", self.content),
            ("category", self.category),
        ]
    }

    /// Shares in percent, by name.
    pub fn shares(&self) -> impl Iterator<Item = (&'static str, u32)> + use<> {
        let observed = self.observed.max(1);
        self.named().into_iter().map(move |(name, n)| (name, percent(n, observed)))
    }
}

/// A share in percent.
pub(crate) fn percent(part: u64, whole: u64) -> u32 {
    u32::try_from(part.saturating_mul(100) / whole.max(1)).unwrap_or(100).min(100)
}

/// What is known of one hour of a feed. `events` and `minutes` are of what happened in it, all others of what arrived in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hour {
    /// Its beginning.
    pub start: OffsetDateTime,
    /// Events that happened.
    pub events: u64,
    /// The minutes in which something was heard.
    pub minutes: Minutes,
    /// Lines that arrived.
    pub received: u64,
    /// Lines that could not be read; those that are no web use are not among them.
    pub malformed: u64,
    /// Events that had come before in another delivery, as far as was compared.
    pub duplicates: u64,
    /// Events dated ahead of their arrival, or so that it cannot have been.
    pub ahead: u64,
    /// The shortest and the longest time between an event and its arrival, in seconds; none where nothing arrived.
    pub lag: Option<(i64, i64)>,
    /// Batches that arrived.
    pub batches: u64,
    /// What the events say that arrived.
    pub fields: Fields,
}

impl Hour {
    /// An hour of which nothing is known.
    pub fn empty(start: OffsetDateTime) -> Self {
        Self {
            start,
            events: 0,
            minutes: Minutes::default(),
            received: 0,
            malformed: 0,
            duplicates: 0,
            ahead: 0,
            lag: None,
            batches: 0,
            fields: Fields::default(),
        }
    }

    /// The day in London.
    pub fn date(&self) -> Date {
        london(self.start).date()
    }

    /// The hour in London. Its minutes are those of UTC: London is whole hours away from it.
    pub fn hour(&self) -> u8 {
        london(self.start).hour()
    }

    /// When something was last heard in it.
    pub fn last_heard(&self) -> Option<OffsetDateTime> {
        self.minutes.last().map(|minute| self.start + Duration::minutes(minute.into()))
    }
}

/// How a feed does, as it was last seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// What it does not do, the gravest first.
    pub troubles: Vec<Trouble>,
    /// What is usual.
    pub usual: Usual,
    /// The day it was learnt on; none before.
    pub learnt_on: Option<Date>,
    /// Troubles that began or ended, newest first.
    pub changes: Vec<Change>,
}

/// How a feed does in one word, where nothing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It never sent anything.
    Waiting,
    /// No rhythm is known yet.
    Learning,
    /// Nothing is expected now.
    Quiet,
    /// It does what is expected.
    Covered,
}

impl State {
    /// Its code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Learning => "learning",
            Self::Quiet => "quiet",
            Self::Covered => "covered",
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! Hours of a feed as tests make them.

    use super::*;

    /// A feed that is heard in every `step`-th minute of the hours from 8 to 16 on school days of `weeks` weeks before `now`,
    /// with so many events an hour.
    pub(crate) fn weeks(now: OffsetDateTime, weeks: i64, step: usize, events: u64) -> Vec<Hour> {
        let year = SchoolYear::default();
        let mut hours = Vec::new();
        let first = now - Duration::weeks(weeks);
        let mut start = first.replace_time(Time::from_hms(first.hour(), 0, 0).unwrap_or(Time::MIDNIGHT));
        while start < now {
            let mut hour = Hour::empty(start);
            if year.closed.school_day(hour.date()) && (8..16).contains(&hour.hour()) {
                for minute in (0..60).step_by(step) {
                    hour.minutes.hear(minute);
                }
                let fields =
                    Fields { observed: events, address: events, time: events, content: events, ..Fields::default() };
                hour = Hour { events, received: events, batches: 60, lag: Some((1, 30)), fields, ..hour };
                hours.push(hour);
            }
            start += Duration::hours(1);
        }
        hours
    }
}
