//! A batch of lines worked through: each is read, judged, folded or kept, and accounted for. Pure: what it found is
//! written by the caller, in one transaction.

use std::collections::HashMap;

use time::OffsetDateTime;

use crate::{
    category,
    episode::{Episode, Step},
    judge::{Rules, Verdict, graver, judge},
    ledger::Counts,
    lexicon::severity_rank,
    line, noise,
    observation::{Observation, Rejected},
    profile::{self, Context},
    seen::{Known, Seen},
};

/// What a feed is read and judged by.
pub struct Feed<'a> {
    /// Its profile.
    pub profile: &'a str,
    /// The zone of times without one.
    pub time_zone: &'a str,
    /// Sites with the category the school's own list gives them.
    pub hosts: &'a HashMap<String, String>,
    /// The rules in force.
    pub rules: &'a Rules,
    /// What came before it.
    pub known: &'a Known,
}

/// One alert raised by a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Raised {
    /// The line it came from.
    pub line: u64,
    /// What the event came to.
    pub verdict: Verdict,
    /// The event.
    pub observation: Observation,
    /// The episode it opened.
    pub episode: String,
    /// Events counted so far.
    pub count: u64,
    /// Its severity, repeats considered.
    pub severity: String,
}

/// One more event of an alert that was raised before this batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folded {
    /// How many.
    pub count: u64,
    /// Whether the repeats make it graver.
    pub worse: bool,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Taken {
    /// How it was accounted for.
    pub counts: Counts,
    /// Lines that were no UTF-8.
    pub recoded: u64,
    /// The lines that were not taken.
    pub rejected: Vec<(u64, Rejected)>,
    /// What is kept of user actions, with the categories.
    pub kept: Vec<(Observation, Vec<&'static str>)>,
    /// Alerts raised. Their place stands for their id in `episodes`, as `new:0` and so on.
    pub raised: Vec<Raised>,
    /// More of alerts raised before.
    pub folded: HashMap<String, Folded>,
    /// Episodes as they now are.
    pub episodes: HashMap<String, Episode>,
    /// What it shows of the feed.
    pub seen: Seen,
}

/// Works a batch through. `first` is its first line's number, lines up to `done` were accounted for before; `actor`
/// names a person or device without telling who, `episode` loads what is known of one.
pub fn take(
    batch: &[u8],
    first: u64,
    done: u64,
    received_at: OffsetDateTime,
    feed: &Feed<'_>,
    actor: impl Fn(&Observation) -> String,
    episode: impl Fn(&str) -> Episode,
) -> Taken {
    let mut taken = Taken { seen: Seen::new(feed.known, received_at), ..Taken::default() };
    let context = Context { time_zone: feed.time_zone, received_at };
    for (number, text) in (first..).zip(line::lines(batch)).filter(|(number, _)| *number > done) {
        taken.counts.received += 1;
        let read = text.and_then(|line| {
            taken.recoded += u64::from(line.recoded);
            profile::read(feed.profile, &line.text, context)
        });
        match read {
            Ok(observation) => taken.observe(number, observation, feed, &actor, &episode),
            Err(rejected) => {
                taken.counts.rejected += 1;
                taken.seen.rejected(&rejected);
                taken.rejected.push((number, rejected));
            }
        }
    }
    taken
}

impl Taken {
    fn observe(
        &mut self,
        line: u64,
        observation: Observation,
        feed: &Feed<'_>,
        actor: &impl Fn(&Observation) -> String,
        load: &impl Fn(&str) -> Episode,
    ) {
        let categories = category::of(&observation, feed.hosts);
        self.seen.event(&observation, &categories);
        let verdict = judge(&observation, &categories, feed.rules);
        let grave = verdict.as_ref().is_some_and(|v| v.basis != "category");
        let Some(verdict) = verdict.filter(|_| grave || !noise::is(&observation, &categories)) else {
            if noise::is(&observation, &categories) {
                self.counts.folded += 1;
            } else {
                self.counts.kept += 1;
                self.kept.push((observation, categories));
            }
            return;
        };
        // The same event by another way, or in a file that was sent again, is no further event.
        if self.seen.came_before() {
            self.counts.folded += 1;
            return;
        }
        let key = format!("{}|{}", actor(&observation), verdict.theme);
        let episode = self.episodes.entry(key.clone()).or_insert_with(|| load(&key));
        match episode.add(observation.event_at, &verdict) {
            Step::Counted => {
                self.counts.kept += 1;
                self.kept.push((observation, categories));
            }
            Step::Fold { alert_id, worse } => {
                self.counts.folded += 1;
                match alert_id.strip_prefix("new:").and_then(|place| place.parse::<usize>().ok()) {
                    Some(place) => {
                        if let Some(raised) = self.raised.get_mut(place) {
                            raised.count += 1;
                            raised.severity = graver(&raised.severity, &verdict.severity).to_owned();
                            if worse {
                                raised.severity = one_graver(&raised.severity).to_owned();
                            }
                        }
                    }
                    None => {
                        let folded = self.folded.entry(alert_id).or_default();
                        folded.count += 1;
                        folded.worse |= worse;
                    }
                }
            }
            Step::Raise => {
                episode.alert_id = Some(format!("new:{}", self.raised.len()));
                self.counts.kept += 1;
                self.counts.alerts += 1;
                let severity = verdict.severity.clone();
                self.raised.push(Raised { line, verdict, observation, episode: key, count: 1, severity });
            }
        }
    }
}

/// The next graver severity; repeats alone make nothing critical.
pub fn one_graver(severity: &str) -> &str {
    match severity_rank(severity) {
        0 => "medium",
        1 => "high",
        _ => severity,
    }
}
