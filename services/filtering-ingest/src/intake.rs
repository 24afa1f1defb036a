//! A batch of lines worked through: each is read, judged, folded or kept, and accounted for. Pure: what it found is
//! written by the caller, in one transaction. First every line is read and judged; what may alert is then folded into the
//! episodes it touches, which the caller loads in between, and no others.

mod several;
#[cfg(test)]
mod tests;
mod typing;
mod uncounted;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use time::OffsetDateTime;

use crate::{
    alert::worse::further,
    block,
    category::{self, Categories},
    episode::{Alerted, Episode, Step},
    exception::Exception,
    judge::{ByCategory, Judge, Left, Rules, Seen, Verdict},
    ledger::Counts,
    line, noise,
    observation::{Observation, Outcome, Rejected},
    profile::{Context, Profile, Reader as LineReader},
    rules::STORED_OF_AN_EPISODE,
    seen::{self, Known},
    severity,
    sighting::{self, Sighting, Stored},
    suggestion::Standing,
    unread::Unread,
};
use typing::{Chain, Typing};
use uncounted::Passed;

/// The tier of those about whom alerts go to others than a pupil's.
const STAFF: &str = "staff";

/// What a feed is read and judged by.
pub struct Feed<'a> {
    /// Its profile.
    pub profile: &'a Profile,
    /// The row of names that came before in the delivery, where its log names its columns.
    pub header: Option<&'a str>,
    /// The zone of times without one.
    pub time_zone: &'a str,
    /// Sites with the category the school's own list gives them.
    pub hosts: &'a HashMap<String, String>,
    /// The filter's groups with the tier the school gives them.
    pub groups: &'a HashMap<String, String>,
    /// The rules in force.
    pub rules: &'a Rules,
    /// The exceptions that were approved.
    pub exceptions: &'a [Exception],
    /// What is known of the feed before the batch.
    pub known: &'a Known,
    /// What becomes of further records that stand in one line.
    pub further: Further,
    /// Whether a search waits for what may follow it in the next batch. Lines that waited once do not: their alerts say so.
    pub live: bool,
}

/// What becomes of further records that stand in one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Further {
    /// They are read, and count beside the first.
    Read,
    /// They are rejected: the line is of a sender of several schools, and only of its first record is known whose it is.
    Refuse,
    /// They are passed over, where they were counted before.
    Pass,
}

/// Something that raises an alert, or counts towards one.
#[derive(Debug)]
struct Candidate {
    verdict: Verdict,
    sighting: Sighting,
    /// What is to be stored of it; none where that was done.
    stored: Option<Stored>,
    /// Names person or device, and theme, without telling who.
    episode: String,
    /// The delivery it came in, where that was with an earlier batch.
    delivery: Option<String>,
    /// When it came, where that was with an earlier batch, which counted it as kept.
    waited: Option<i64>,
}

/// One alert raised by a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Raised {
    /// What the event came to.
    pub verdict: Verdict,
    /// The event.
    pub sighting: Sighting,
    /// The delivery it came in, where that was with an earlier batch; none where it is of this one.
    pub delivery: Option<String>,
    /// Names person or device without telling who.
    pub actor: String,
    /// Events counted so far.
    pub count: u64,
    /// Events before it that were kept while its rule waited for more of them.
    pub before: u64,
    /// Its severity, repeats considered.
    pub severity: String,
    /// Whether the content was reached by any of them.
    pub reached: bool,
    /// What else was searched for in them.
    pub further: Vec<String>,
}

/// More events of an alert that was raised before this batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folded {
    /// How many.
    pub count: u64,
    /// The gravest severity that they ask for.
    pub severity: String,
    /// Whether they are more than the policy bears.
    pub repeated: bool,
    /// Whether the content was reached for the first time.
    pub reached: bool,
    /// What was searched for in them.
    pub further: Vec<String>,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Taken {
    /// How it was accounted for.
    pub counts: Counts,
    /// Records beyond the first of their lines.
    pub further: u64,
    /// Lines that were no UTF-8.
    pub recoded: u64,
    /// The lines that were not taken.
    pub rejected: Vec<(u64, Rejected)>,
    /// Those of them that may be read one day, with their text.
    pub unread: Vec<Unread>,
    /// What is stored of user actions.
    pub stored: block::Builder,
    /// Alerts raised. Their place stands for their id in `episodes`.
    pub raised: Vec<Raised>,
    /// More of alerts raised before.
    pub folded: HashMap<String, Folded>,
    /// Episodes as they now are.
    pub episodes: HashMap<String, Episode>,
    /// How many events each exception kept from alerting.
    pub excepted: BTreeMap<String, u64>,
    /// What became of searches that earlier batches counted as kept, by when they came, in microseconds.
    pub since: BTreeMap<i64, Counts>,
    /// Searches and suggestions that something may follow.
    pub standing: Vec<Standing>,
    /// Those of earlier batches that stand no longer, by their ids.
    pub settled: Vec<String>,
    /// The row of names that came last.
    pub header: Option<String>,
    /// What it shows of the feed.
    pub seen: seen::Seen,
    candidates: Vec<Candidate>,
    passed: Vec<Passed>,
    newest: Option<OffsetDateTime>,
    received_at: Option<OffsetDateTime>,
}

/// Reads a batch and judges it. `first` is its first line's number, lines up to `done` were accounted for before;
/// `standing` are the searches and suggestions of earlier batches that something may follow.
pub fn read(
    batch: &[u8],
    first: u64,
    done: u64,
    received_at: OffsetDateTime,
    feed: &Feed<'_>,
    standing: Vec<Standing>,
) -> Taken {
    let seen = seen::Seen::new(feed.known, received_at);
    let mut taken = Taken { standing, seen, received_at: Some(received_at), ..Taken::default() };
    let context = Context { time_zone: feed.time_zone, received_at };
    let mut judge = Judge::new(feed.rules, feed.groups).knowing(feed.hosts);
    let mut reader = LineReader::new(feed.profile, feed.header);
    for (number, line) in (first..).zip(line::lines(batch)) {
        if number <= done {
            // Accounted for before: only the names it may give count.
            line.iter().for_each(|line| reader.pass(&line.text));
            continue;
        }
        taken.counts.received += 1;
        taken.recoded += line.iter().filter(|line| line.recoded).count() as u64;
        match &line {
            Ok(line) => match reader.read(line, context) {
                _ if reader.is_joined(line, context) => {
                    taken.several((number, line), context, &mut reader, feed, &mut judge);
                }
                Ok(observation) => taken.observe(number, observation, feed, &mut judge),
                Err(rejected) => taken.reject(number, rejected, Some(&line.text)),
            },
            Err(rejected) => taken.reject(number, *rejected, None),
        }
    }
    taken.header = reader.header().map(str::to_owned);
    taken.close(feed, &mut judge);
    taken
}

/// Judges what was left standing, outside of any batch.
pub fn left_standing(standing: Vec<Standing>, feed: &Feed<'_>) -> Taken {
    let mut taken = Taken::default();
    let mut judge = Judge::new(feed.rules, feed.groups).knowing(feed.hosts);
    for stands in standing {
        taken.stand(stands, feed, &mut judge);
    }
    taken
}

impl Taken {
    /// What a delivery is told of: without alerts of searches that came in another, and were left standing until now. Those
    /// about staff are told of to nobody.
    pub fn counts_of(&self, delivery_id: &str) -> Counts {
        let other = |raised: &&Raised| raised.sighting.tier != "staff" && !raised.is_of(delivery_id);
        let others = u64::try_from(self.raised.iter().filter(other).count()).unwrap_or_default();
        Counts { alerts: self.counts.alerts.saturating_sub(others), ..self.counts }
    }

    /// Counts a line whose text never came whole.
    pub fn lost(&mut self, number: u64, why: Rejected) {
        self.counts.received += 1;
        self.reject(number, why, None);
    }

    fn reject(&mut self, number: u64, why: Rejected, text: Option<&str>) {
        self.counts.rejected += 1;
        self.seen.rejected(&why);
        self.unread.extend(text.and_then(|text| Unread::of(number, &why, text)));
        self.rejected.push((number, why));
    }

    fn observe(&mut self, line: u64, observation: Observation<'_>, feed: &Feed<'_>, judge: &mut Judge<'_>) {
        let host = judge.host(&observation.url.host);
        let categories = category::of_event(&observation).with_own(host.own);
        self.seen.event(&observation, categories);
        let at = observation.event_at;
        if self.newest.is_none_or(|newest| at > newest) {
            self.newest = Some(at);
        }
        let seen = Seen::of(&observation, categories);
        let chain = match seen.search.filter(|_| !self.standing.is_empty()) {
            Some(search) => {
                let (who, from) = (observation.actor(), observation.client_ip.as_deref().unwrap_or_default());
                self.settle((&who, from), search, at, feed, judge)
            }
            None => Chain::default(),
        };
        let grave = match (judge.by_list(&seen), seen.search) {
            (None, Some(search)) => judge.by_words(&seen, search.terms),
            (listed, _) => listed,
        };
        if let Some(verdict) = grave {
            if verdict.basis == "search" && !verdict.withheld {
                // In a file that was sent again it is no further search.
                if self.seen.came_before() {
                    self.counts.folded += 1;
                    return;
                }
                // It may be on the way to something else, or come again with a name: what follows says.
                let sighting = Sighting::of(line, &observation, categories, verdict.tier);
                let asked = observation.outcome == Outcome::AuthChallenge;
                let is_final = seen.search.is_some_and(|search| search.is_final && !asked);
                let found = Typing::new(&verdict, is_final, chain);
                let stored = Stored { observation: observation.into_owned(), categories };
                return self.typed(sighting, stored, found, feed, judge);
            }
            return self.candidate(line, observation, categories, verdict, feed, judge);
        }
        if noise::of_known(&seen, host.machine).is_some() {
            self.counts.noise += 1;
            return;
        }
        match judge.by_category(&seen) {
            ByCategory::Raises(verdict) => self.candidate(line, observation, categories, *verdict, feed, judge),
            ByCategory::Excluded | ByCategory::Nothing => {
                self.counts.kept += 1;
                self.store(&observation, categories);
            }
        }
    }

    fn store(&mut self, observation: &Observation<'_>, categories: Categories) {
        self.stored.add(observation, categories.gravest().unwrap_or("unmapped"));
    }

    fn store_some(&mut self, stored: Option<Stored>) {
        if let Some(Stored { observation, categories }) = stored {
            self.store(&observation, categories);
        }
    }

    /// Something that would alert: unless an exception keeps it from it.
    fn candidate(
        &mut self,
        line: u64,
        mut observation: Observation<'_>,
        categories: Categories,
        verdict: Verdict,
        feed: &Feed<'_>,
        judge: &mut Judge<'_>,
    ) {
        // The same event by another way, or in a file that was sent again, is no further event.
        if self.seen.came_before() {
            self.counts.folded += 1;
            return;
        }
        let tier = verdict.tier;
        let seen = Seen::of(&observation, categories);
        let verdict = match judge.left(verdict, &seen, observation.event_at, feed.exceptions) {
            Left::Alerts(verdict) => *verdict,
            Left::Nothing(exception) => {
                self.except(exception, tier, observation.user.as_deref().unwrap_or_default(), None);
                self.store(&observation, categories);
                return;
            }
        };
        let mut sighting = Sighting::of(line, &observation, categories, verdict.tier);
        if verdict.withheld {
            sighting = sighting.withheld();
            sighting::withhold(&mut observation);
        }
        let stored = Some(Stored { observation: observation.into_owned(), categories });
        self.candidates.push(Candidate {
            verdict,
            sighting,
            stored,
            episode: String::new(),
            delivery: None,
            waited: None,
        });
    }

    /// Gives what became of lines the numbers they have in their delivery; before anything is folded.
    pub fn renumber(&mut self, of: impl Fn(u64) -> u64) {
        self.rejected.iter_mut().for_each(|(line, _)| *line = of(*line));
        self.unread.iter_mut().for_each(|unread| unread.line = of(unread.line));
        let candidates = self.candidates.iter_mut().map(|candidate| &mut candidate.sighting);
        // What stands of an earlier batch has its number.
        let standing = self.standing.iter_mut().filter(|stands| stands.id.is_none()).map(|stands| &mut stands.sighting);
        candidates.chain(standing).for_each(|sighting| sighting.line = of(sighting.line));
    }

    /// Says by which routing keys lines came that may alert, by their numbers in the delivery; before anything is folded.
    pub fn routed(&mut self, keys: impl Fn(u64) -> Vec<String>) {
        let candidates = self.candidates.iter_mut().filter(|candidate| candidate.delivery.is_none());
        let candidates = candidates.map(|candidate| &mut candidate.sighting);
        let standing = self.standing.iter_mut().filter(|stands| stands.id.is_none()).map(|stands| &mut stands.sighting);
        candidates.chain(standing).for_each(|sighting| sighting.routed_by = keys(sighting.line));
    }

    /// Whether anything of it may alert, or would but for an exception.
    pub fn may_alert(&self) -> bool {
        !self.candidates.is_empty() || !self.passed.is_empty()
    }

    /// Says whose events are those of staff by their user name, whatever group their line names; before anything is folded.
    pub fn of_staff(&mut self, is: impl Fn(&str) -> bool) {
        for Candidate { sighting, .. } in &mut self.candidates {
            if sighting.tier != STAFF && is(&sighting.user) {
                STAFF.clone_into(&mut sighting.tier);
            }
        }
        self.pass_over(is);
    }

    /// The episodes that are touched; what is about staff goes to others, and so is never one with what is not. `actor` names a person or device without telling who.
    pub fn touched(&mut self, mut actor: impl FnMut(&str) -> String) -> BTreeSet<String> {
        for candidate in &mut self.candidates {
            let sighting = &candidate.sighting;
            candidate.episode = episode(&actor(&sighting.actor), candidate.verdict.theme, &sighting.tier);
        }
        self.candidates.iter().map(|candidate| candidate.episode.clone()).collect()
    }

    /// Folds what may alert into its episodes, as they are known.
    pub fn fold(&mut self, mut known: HashMap<String, Episode>) {
        for candidate in std::mem::take(&mut self.candidates) {
            let Candidate { verdict, sighting, stored, episode: key, delivery, waited } = candidate;
            let episode = self.episodes.entry(key.clone()).or_insert_with(|| known.remove(&key).unwrap_or_default());
            let step = episode.add(sighting.event_at, &verdict, sighting.reached, self.raised.len());
            // What was counted when its own batch was through is not counted again.
            let counted = u64::from(stored.is_some());
            match step {
                Step::Counted => {
                    self.counts.kept += counted;
                    self.store_some(stored);
                }
                Step::Raise { repeated } => {
                    let before = episode.before(self.raised.len());
                    self.counts.kept += counted;
                    self.counts.alerts += 1;
                    self.store_some(stored);
                    let severity = if repeated { verdict.raised(&verdict.severity) } else { verdict.severity.as_str() };
                    let (severity, reached) = (severity.to_owned(), sighting.reached);
                    let actor = key.split('|').next().unwrap_or_default().to_owned();
                    self.raised.push(Raised {
                        verdict,
                        sighting,
                        delivery,
                        actor,
                        count: 1,
                        before,
                        severity,
                        reached,
                        further: Vec::new(),
                    });
                }
                Step::Fold { alert, repeated, reached, nth } => {
                    self.counts.folded += counted;
                    if let Some(waited) = waited {
                        self.since.entry(waited).or_default().folded += 1;
                    }
                    self.store_some(stored.filter(|_| nth <= STORED_OF_AN_EPISODE));
                    match alert {
                        Alerted::New(place) => {
                            let Some(raised) = self.raised.get_mut(place) else { continue };
                            raised.count += 1;
                            further(&mut raised.further, &sighting.terms);
                            raised.worsen(&verdict, repeated, reached);
                        }
                        Alerted::Known(id) => {
                            let folded = self.folded.entry(id).or_default();
                            let asked =
                                if repeated { verdict.raised(&verdict.severity) } else { verdict.severity.as_str() };
                            folded.count += 1;
                            further(&mut folded.further, &sighting.terms);
                            folded.repeated |= repeated;
                            folded.severity = severity::graver(&folded.severity, asked).to_owned();
                            folded.reached |= reached;
                        }
                    }
                }
            }
        }
    }
}

/// Names the episode of a person or device and a theme.
pub fn episode(actor: &str, theme: &str, tier: &str) -> String {
    let border = if tier == STAFF { "|staff" } else { "" };
    format!("{actor}|{theme}{border}")
}

impl Raised {
    /// Whether it came in a delivery that is worked through now.
    pub fn is_of(&self, delivery_id: &str) -> bool {
        self.delivery.as_deref().is_none_or(|delivery| delivery == delivery_id)
    }

    fn worsen(&mut self, verdict: &Verdict, repeated: bool, reached: bool) {
        let mut severity = severity::graver(&self.severity, &verdict.severity);
        if repeated {
            severity = severity::graver(severity, verdict.raised(severity));
        }
        if reached {
            severity = severity::graver(severity, severity::raised(severity));
        }
        self.severity = severity.to_owned();
        self.reached |= reached || self.sighting.reached;
    }
}

impl Folded {
    /// A severity once these events are counted in.
    pub fn severity(&self, before: &str) -> String {
        let worst = severity::graver(before, &self.severity);
        if self.reached { severity::graver(worst, severity::raised(worst)) } else { worst }.to_owned()
    }
}
