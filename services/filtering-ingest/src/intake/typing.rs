//! What somebody types letter by letter, at an engine's suggestions or at its search address: one chain of searches, of
//! which the last counts. A search that would alert waits for what follows it: to the end of its batch where it is grave,
//! since that is told at once, and ten seconds longer where it is not, as a suggestion does.

use time::OffsetDateTime;

use super::{Candidate, Feed, Taken};
use crate::{
    category::Categories,
    judge::{Judge, Left, Seen, Typed, Verdict},
    observation::Outcome,
    rules::{LATE, STANDING_MOST},
    severity,
    sighting::{Sighting, Stored},
    suggestion::{Found, Next, Standing},
};

/// What one more search goes on from.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// Whether it goes on from something that stood.
    goes_on: bool,
    /// What was told of that already.
    told: Option<Found>,
}

/// Words that would alert, and what they go on from.
#[derive(Debug)]
pub(super) struct Typing {
    is_final: bool,
    found: Found,
    grave: bool,
    chain: Chain,
}

impl Typing {
    /// What a verdict found in words.
    pub(super) fn new(verdict: &Verdict, is_final: bool, chain: Chain) -> Self {
        let found = Found::of(verdict);
        Self { is_final, found, grave: verdict.locked || verdict.severity == "critical", chain }
    }
}

impl Taken {
    /// Words that would alert: they stand until something follows them, or nothing can.
    pub(super) fn typed(
        &mut self,
        sighting: Sighting,
        stored: Stored,
        typing: Typing,
        feed: &Feed<'_>,
        judge: &mut Judge<'_>,
    ) {
        let Typing { is_final, found, grave, chain } = typing;
        let behind = self.received_at.map(|received_at| (received_at - sighting.event_at).abs());
        // Of a log of another day all that follows is in it.
        let waits = feed.live && (chain.goes_on || behind.is_some_and(|behind| behind <= LATE));
        // It was told of as it was typed: a letter more is no further search.
        let told = is_final && chain.told.is_some_and(|before| before.covers(&found));
        let mut stored = Some(stored);
        if told {
            self.counts.folded += 1;
            self.store_some(stored.take());
        }
        if self.standing.len() >= STANDING_MOST {
            let longest = self.standing.remove(0);
            self.stand(longest, feed, judge);
        }
        let delivery = String::new();
        let (id, received_us) = (None, 0);
        self.standing.push(Standing {
            sighting,
            delivery,
            is_final,
            found,
            told,
            stored,
            id,
            received_us,
            grave,
            waits,
        });
    }

    /// What one more search, by somebody and from an address, says of those that stand.
    pub(super) fn settle(
        &mut self,
        whose: (&str, &str),
        search: Typed<'_>,
        at: OffsetDateTime,
        feed: &Feed<'_>,
        judge: &mut Judge<'_>,
    ) -> Chain {
        let mut chain = Chain::default();
        if !self.standing.iter().any(|stands| stands.is_of(whose, search.engine)) {
            return chain;
        }
        for stands in std::mem::take(&mut self.standing) {
            match stands.next(whose, search, at) {
                Next::Another => self.standing.push(stands),
                Next::GoesOn => {
                    chain.goes_on = true;
                    match (stands.told, stands.id) {
                        // It was counted when it was told of, or when its own batch was through.
                        (true, id) => {
                            self.settled.extend(id);
                            chain.told = Some(stands.found);
                        }
                        (false, Some(id)) => {
                            self.since.entry(stands.received_us).or_default().noise += 1;
                            self.settled.push(id);
                        }
                        (false, None) => self.counts.noise += 1,
                    }
                }
                Next::LeftStanding => self.stand(stands, feed, judge),
            }
        }
        chain
    }

    /// What was left standing: a search like any other.
    pub(super) fn stand(&mut self, stands: Standing, feed: &Feed<'_>, judge: &mut Judge<'_>) {
        let Standing { sighting, delivery, is_final, stored, id, received_us, told, .. } = stands;
        let delivery = id.is_some().then_some(delivery);
        let waited = id.is_some().then_some(received_us);
        self.settled.extend(id);
        if told {
            return;
        }
        let search = Some(Typed { engine: &sighting.engine, terms: &sighting.terms, is_final });
        let seen = match &stored {
            Some(Stored { observation, categories }) => {
                Seen { search, tier: &sighting.tier, ..Seen::of(observation, *categories) }
            }
            None => Seen {
                host: &sighting.host,
                path: "",
                search,
                outcome: Outcome::Unknown,
                group: Some(&sighting.group).filter(|group| !group.is_empty()).map(String::as_str),
                tier: &sighting.tier,
                categories: Categories::default().with(&sighting.categories),
                ..Seen::nothing()
            },
        };
        let Some(verdict) = judge.by_words(&seen, &sighting.terms) else { return self.keep(stored) };
        let verdict = match judge.left(verdict, &seen, sighting.event_at, feed.exceptions) {
            Left::Alerts(verdict) => *verdict,
            Left::Nothing(exception) => {
                self.except(exception, &sighting.tier, &sighting.user, waited);
                return self.store_some(stored);
            }
        };
        self.candidates.push(Candidate { verdict, sighting, stored, episode: String::new(), delivery, waited });
    }

    /// Counts what stands of this very batch; what stands of an earlier one was counted there.
    fn keep(&mut self, stored: Option<Stored>) {
        self.counts.kept += u64::from(stored.is_some());
        self.store_some(stored);
    }

    /// At the end of a batch: what nothing can follow any more is left standing, what is grave is told of, and the rest waits
    /// for the next. Whatever may alert is in the order of its lines again.
    pub(super) fn close(&mut self, feed: &Feed<'_>, judge: &mut Judge<'_>) {
        for mut stands in std::mem::take(&mut self.standing) {
            let over = self.newest.is_some_and(|newest| stands.is_over(newest));
            let new_search = stands.is_final && stands.id.is_none() && !stands.told;
            if over || (new_search && !stands.waits) {
                self.stand(stands, feed, judge);
            } else if new_search && stands.grave {
                // What follows in the next batch is to be known as the same.
                let sighting = stands.sighting.clone();
                let before = self.candidates.len();
                self.stand(stands, feed, judge);
                // What an exception kept from alerting was told of to nobody: what follows it is judged by itself.
                if let Some(Candidate { verdict, .. }) = self.candidates.get(before) {
                    self.standing.push(Standing::told(sighting, Found::of(verdict)));
                }
            } else {
                self.keep(stands.stored.take());
                self.standing.push(stands);
            }
        }
        self.candidates.sort_by_key(|candidate| (candidate.stored.is_some(), candidate.sighting.line));
    }
}

impl Found {
    /// What a verdict found.
    fn of(verdict: &Verdict) -> Self {
        Self { theme: verdict.theme.to_owned(), severity: verdict.severity.clone() }
    }

    /// Whether what is found now says nothing that this did not say.
    fn covers(&self, now: &Self) -> bool {
        self.theme == now.theme && severity::rank(&self.severity) >= severity::rank(&now.severity)
    }
}
