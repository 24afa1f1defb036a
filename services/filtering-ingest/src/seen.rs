//! What a batch shows of its feed besides what its events mean: when they happened and how late they arrived, what they say
//! and leave out, how many of each category and outcome, and which had come before in another delivery. Counted while the
//! batch is worked through, and written with it.

pub mod fingerprint;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use time::{Duration, OffsetDateTime};

use crate::{
    category::Categories,
    coverage::{Fields, Hour, minutes::Minutes},
    hashed::ByHash,
    judge::NEVER,
    line,
    observation::{Observation, Outcome, Rejected, TimeBasis, Warning},
    profile::{Context, Profile, Reader},
};
use fingerprint::{Brought, Fingerprints, Sketch};

/// What is counted of categories that are never listed (rule 10.7).
pub const NOT_NAMED: &str = "not_named";
/// What is counted of events without a category.
const UNMAPPED: &str = "unmapped";
/// How far ahead of its arrival an event is dated by a clock that is wrong (rule 4.5).
const AHEAD: Duration = Duration::minutes(5);
/// How far back an event may be dated to be counted where it says it happened.
const BACK: Duration = Duration::days(400);
/// Fingerprints are kept as long as exports may come late (rule 4.8).
pub const FINGERPRINTS_KEPT: Duration = Duration::days(8);
/// Hours of a batch whose fingerprints are compared.
const COMPARED: i64 = 72;
/// Lines that are tried from either end of a batch.
const TRIED: usize = 20;

/// What is known of a feed before a batch of one of its deliveries.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Makes the feed's fingerprints.
    pub fingerprints: Fingerprints,
    /// The delivery.
    pub delivery: u32,
    /// The fingerprints of the hours that the batch is about, by their beginning in seconds since 1970.
    pub hours: Arc<HashMap<i64, Sketch>>,
}

/// How many events there were of each category, under the name it is listed by, and outcome.
#[derive(Debug, Clone, Default)]
pub struct Kinds(Vec<(&'static str, Outcome, u64)>);

impl Kinds {
    fn add(&mut self, category: &'static str, outcome: Outcome) {
        // They are few.
        let same = |(name, of, _): &&mut (&'static str, Outcome, u64)| *of == outcome && *name == category;
        match self.0.iter_mut().find(same) {
            Some((_, _, count)) => *count += 1,
            None => self.0.push((category, outcome, 1)),
        }
    }

    /// Each category and outcome with how many.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        self.0.iter().map(|(category, outcome, count)| (*category, outcome.as_str(), *count))
    }
}

/// What happened in one hour.
#[derive(Debug, Clone, Default)]
pub struct Happened {
    /// Events.
    pub events: u64,
    /// The minutes they happened in.
    pub minutes: Minutes,
    /// By category and outcome.
    pub counts: Kinds,
    /// What is brought of fingerprints; nothing of hours long past.
    pub brought: ByHash<Brought>,
    /// How often half of the hour's fingerprints were let go of before.
    level: u8,
}

/// What a batch shows of its feed.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    known: Known,
    received_at: Option<OffsetDateTime>,
    /// Hours by their beginning in seconds since 1970.
    pub happened: BTreeMap<i64, Happened>,
    /// Lines.
    pub received: u64,
    /// Lines that could not be read.
    pub malformed: u64,
    /// Lines that are no web use.
    pub not_web: u64,
    /// Events dated ahead of their arrival, or so that it cannot have been.
    pub ahead: u64,
    /// The shortest and the longest time on the way, in seconds.
    pub lag: Option<(i64, i64)>,
    /// What the events say.
    pub fields: Fields,
    last: Option<(i64, u64)>,
}

impl Happened {
    fn bring(&mut self, fingerprint: u64) {
        let brought = self.brought.entry(fingerprint).or_default();
        brought.count = brought.count.saturating_add(1);
    }
}

impl Seen {
    /// Nothing yet of a batch that arrived at a moment.
    pub fn new(known: &Known, received_at: OffsetDateTime) -> Self {
        Self { known: known.clone(), received_at: Some(received_at), ..Self::default() }
    }

    /// Takes an event in.
    pub fn event(&mut self, observation: &Observation<'_>, categories: Categories) {
        let received_at = self.received_at.unwrap_or(observation.event_at);
        let lag = received_at - observation.event_at;
        let seconds = lag.whole_seconds();
        self.received += 1;
        // A time that cannot be was put right by whoever read it, and said so.
        let warns = |warning| observation.warnings.has(warning);
        let replaced = observation.time_basis == TimeBasis::Corrected && warns(Warning::ClockBehind);
        self.ahead += u64::from(-lag > AHEAD || warns(Warning::ClockAhead) || replaced);
        self.lag = Some(self.lag.map_or((seconds, seconds), |(least, most)| (least.min(seconds), most.max(seconds))));
        let category = categories.gravest().unwrap_or(UNMAPPED);
        self.fields.add(fields(observation, category));
        // A wrong clock makes no hours of its own.
        let right = (-Duration::HOUR..BACK).contains(&lag);
        let (at, late) = if right { (observation.event_at, lag) } else { (received_at, Duration::ZERO) };
        let hour = hour_of(at);
        let known = &self.known;
        let level = || known.hours.get(&hour).map_or(0, Sketch::level);
        let happened = self.happened.entry(hour).or_insert_with(|| Happened { level: level(), ..Happened::default() });
        happened.events += 1;
        happened.minutes.hear(at.minute());
        let private = categories.gravest_place().is_some_and(|place| NEVER & (1 << place) != 0);
        happened.counts.add(if private { NOT_NAMED } else { category }, observation.outcome);
        let kept = late < FINGERPRINTS_KEPT;
        let fingerprint = self.known.fingerprints.of(observation);
        self.last = kept.then_some((hour, fingerprint));
        // What is let go of is not even noted, unless a rule is about it.
        if kept && Sketch::samples(happened.level, fingerprint) {
            happened.bring(fingerprint);
        }
    }

    /// Whether the event that was taken in last, which a rule is about, had come before in another delivery: then it is no
    /// further event.
    pub fn came_before(&mut self) -> bool {
        let Some((hour, fingerprint)) = self.last else { return false };
        let Some(happened) = self.happened.get_mut(&hour) else { return false };
        if !Sketch::samples(happened.level, fingerprint) {
            happened.bring(fingerprint);
        }
        let brought = happened.brought.entry(fingerprint).or_default();
        brought.judged = true;
        let delivery = self.known.delivery;
        self.known.hours.get(&hour).is_some_and(|sketch| sketch.met_elsewhere(fingerprint, delivery, brought.count))
    }

    /// Takes a line in that was not taken.
    pub fn rejected(&mut self, rejected: &Rejected) {
        self.received += 1;
        // Empty lines say nothing of the form in which a product writes its own.
        if matches!(rejected.reason, "not_web" | "empty") {
            self.not_web += 1;
        } else {
            self.malformed += 1;
        }
    }

    /// The fingerprints of an hour as they were before, where they were looked for and there were some.
    pub fn sketch(&self, hour: i64) -> Option<&Sketch> {
        self.known.hours.get(&hour)
    }

    /// The delivery it belongs to.
    pub fn delivery(&self) -> u32 {
        self.known.delivery
    }

    /// What arrived, as the hour in which it did counts it. Lines that are no web use prove that the feed works, too.
    pub fn arrived(&self, received_at: OffsetDateTime) -> Hour {
        let mut hour = Hour::empty(moment_of(hour_of(received_at)));
        if self.not_web > 0 {
            hour.minutes.hear(received_at.minute());
        }
        Hour {
            received: self.received,
            malformed: self.malformed,
            ahead: self.ahead,
            lag: self.lag,
            batches: 1,
            fields: self.fields,
            ..hour
        }
    }
}

/// The hours that a batch is about, as the first and the last of its lines tell that can be read. `header` is the row of
/// names that came before in their delivery.
pub fn hours_of(batch: &[u8], profile: &Profile, header: Option<&str>, context: Context<'_>) -> Vec<i64> {
    // The same reader for both ends: what the first lines name holds for the last.
    let mut reader = Reader::new(profile, header);
    let mut read = |line: &[u8]| {
        let line = line::lines(line).next()?.ok()?;
        reader.read(&line, context).ok().map(|observation| observation.event_at)
    };
    let first = batch.split(|byte| *byte == b'\n').take(TRIED).find_map(&mut read);
    let last = batch.rsplit(|byte| *byte == b'\n').take(TRIED).find_map(&mut read);
    first.zip(last).map(|(first, last)| hours(first, last)).unwrap_or_default()
}

/// From the hour of one event to that of another, and no more than three days.
fn hours(first: OffsetDateTime, last: OffsetDateTime) -> Vec<i64> {
    let (first, last) = (hour_of(first.min(last)), hour_of(first.max(last)));
    (0..COMPARED).map(|back| last - back * 3600).take_while(|hour| *hour >= first).collect()
}

/// The beginning of the hour a moment lies in, in seconds since 1970.
pub fn hour_of(at: OffsetDateTime) -> i64 {
    let seconds = at.unix_timestamp();
    seconds - seconds.rem_euclid(3600)
}

fn moment_of(hour: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(hour).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// What one event says (FM-05: device, address, the person where possible, time, and the term or content).
fn fields(observation: &Observation<'_>, category: &str) -> Fields {
    let content = observation.search.is_some() || !observation.url.original.is_empty();
    Fields {
        observed: 1,
        device: u64::from(observation.device.is_some()),
        address: u64::from(observation.client_ip.is_some()),
        person: u64::from(observation.user.is_some()),
        time: u64::from(observation.time_basis != TimeBasis::ReceiveTime),
        content: u64::from(content),
        category: u64::from(category != UNMAPPED),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::profile;

    const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

    fn named(name: &str) -> &'static Profile {
        profile::named(name).unwrap_or_else(|| unreachable!("{name} is shipped"))
    }

    fn observed(at: OffsetDateTime, url: &str) -> Observation<'static> {
        let line = format!(
            "{}.000 200 10.20.4.12 TCP_MISS/200 14007 GET {url} u1 HIER_DIRECT/192.0.2.1 text/html",
            at.unix_timestamp()
        );
        let context = Context { time_zone: "UTC", received_at: NOW };
        profile::read("squid", &line, context).unwrap_or_else(|why| unreachable!("{why}")).into_owned()
    }

    #[test]
    fn every_event_is_counted_where_it_happened_and_what_is_never_listed_under_no_name() {
        let mut seen = Seen::new(&Known::default(), NOW);
        let a_minute_ago = NOW - Duration::minutes(1);
        seen.event(&observed(a_minute_ago, "http://a.example/"), Categories::named(["gambling"]));
        seen.event(&observed(a_minute_ago, "http://b.example/"), Categories::named(["sensitive_identity"]));
        seen.event(&observed(NOW - Duration::hours(3), "http://c.example/"), Categories::default());
        seen.event(&observed(NOW + Duration::days(900), "http://d.example/"), Categories::named(["gambling"]));
        seen.rejected(&Rejected::not_web("x"));
        seen.rejected(&Rejected::malformed("x"));
        let hours: Vec<(i64, u64)> =
            seen.happened.iter().map(|(hour, happened)| ((hour_of(NOW) - hour) / 3600, happened.events)).collect();
        assert_eq!(hours, [(3, 1), (1, 2), (0, 1)], "what a wrong clock says is counted when it arrived");
        let names: Vec<&str> =
            seen.happened.values().flat_map(|happened| happened.counts.iter()).map(|(name, ..)| name).collect();
        assert!(names.contains(&NOT_NAMED) && !names.contains(&"sensitive_identity"), "{names:?}");
        let arrived = seen.arrived(NOW);
        assert_eq!((arrived.received, arrived.malformed, arrived.ahead), (6, 1, 1));
        assert!(arrived.minutes.heard(0) && arrived.lag.is_some_and(|(least, most)| least == 0 && most == 3 * 3600));
        assert_eq!((arrived.fields.observed, arrived.fields.person, arrived.fields.device), (4, 4, 0));
    }

    #[test]
    fn the_hours_of_a_batch_run_from_its_first_event_to_its_last() {
        assert_eq!(hours(NOW, NOW + Duration::minutes(59)), [hour_of(NOW)]);
        assert_eq!(hours(NOW + Duration::hours(2), NOW).len(), 3);
        assert_eq!(hours(NOW - Duration::days(300), NOW).len(), 72);
        let line = |at: OffsetDateTime| {
            let url = "http://a.example/";
            let at = at.unix_timestamp();
            format!("{at}.000 2 10.0.0.1 TCP_MISS/200 1 GET {url} u1 HIER_DIRECT/192.0.2.1 text/html\n")
        };
        let batch = format!("junk\n{}{}junk\n", line(NOW), line(NOW + Duration::hours(1)));
        let context = Context { time_zone: "UTC", received_at: NOW };
        assert_eq!(hours_of(batch.as_bytes(), named("squid"), None, context), [hour_of(NOW) + 3600, hour_of(NOW)]);
        assert!(hours_of(b"junk\n", named("squid"), None, context).is_empty());
        // Where the log names its columns, in this batch or in one before it.
        let row = "24/11/2026 09:15:01;u1;10.0.5.23;Year 7;https://a.example/;Education;Allowed\n";
        let names = "Time;User;Source IP;Group;URL;Categories;Action";
        let headed = format!("{names}\n{row}");
        for (batch, before) in [(headed.as_str(), None), (row, Some(names))] {
            let found = hours_of(batch.as_bytes(), named("smoothwall"), before, context);
            assert_eq!(found, [hour_of(NOW)], "{before:?}");
        }
    }
}
