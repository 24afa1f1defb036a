//! Searches that engines suggest on while somebody types, letter by letter: a chain of prefixes by one person at one
//! engine is its last member and nothing else. What spells something bad on the way to something harmless was nothing;
//! what is left standing is a search like any other. So is a search for which a proxy asked who somebody is (407): the same
//! search follows with the name, and only where none does is the challenge a search of its own.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    observation::Outcome,
    rules::TYPED_WITHIN,
    sighting::{Sighting, Stored},
};

/// The last member of a chain that nothing has followed yet, and that would raise an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// What it was.
    pub sighting: Sighting,
    /// The delivery it came in; empty while its own batch is worked through.
    #[serde(default)]
    pub delivery: String,
    /// What is to be stored of it; none where that was done.
    #[serde(skip)]
    pub stored: Option<Stored>,
    /// The id it is kept under; none while its own batch is worked through.
    #[serde(skip)]
    pub id: Option<String>,
}

/// What one more search says of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is somebody else's, or at another engine: nothing.
    Another,
    /// It goes on: what stood there was on the way to it.
    GoesOn,
    /// It is a search of its own: what stood there is left standing.
    LeftStanding,
}

impl Standing {
    /// What a search by somebody, from an address, at an engine says of this chain.
    pub fn next(&self, who: &str, from: &str, engine: &str, terms: &str, at: OffsetDateTime) -> Next {
        let Self { sighting, .. } = self;
        let apart = (at - sighting.event_at).abs();
        if sighting.outcome == Outcome::AuthChallenge.as_str() {
            // What follows it has a name, which the challenge has not. Others may share the address.
            let same = (sighting.actor == who || (!from.is_empty() && sighting.client_ip == from))
                && sighting.engine == engine
                && sighting.terms == terms;
            return if same && apart <= TYPED_WITHIN { Next::GoesOn } else { Next::Another };
        }
        if sighting.actor != who || sighting.engine != engine {
            return Next::Another;
        }
        if apart <= TYPED_WITHIN && follows(&sighting.terms, terms) { Next::GoesOn } else { Next::LeftStanding }
    }

    /// Whether so much time has passed by the feed's own clock that nothing more can follow.
    pub fn is_over(&self, newest: OffsetDateTime) -> bool {
        newest - self.sighting.event_at > TYPED_WITHIN
    }
}

/// Whether one of two texts begins with the other, whatever the case: somebody types on, or takes letters back.
fn follows(earlier: &str, later: &str) -> bool {
    let same = |(a, b): (char, char)| a == b || a.to_lowercase().eq(b.to_lowercase());
    earlier.chars().zip(later.chars()).all(same)
}

#[cfg(test)]
mod tests {
    use time::{Duration, macros::datetime};

    use super::*;

    const NINE: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

    fn standing(terms: &str) -> Standing {
        let text = str::to_owned;
        let sighting = Sighting {
            line: 1,
            event_at: NINE,
            clock: String::new(),
            actor: text("u1"),
            user: text("u1"),
            group: String::new(),
            tier: text("unknown"),
            device: String::new(),
            client_ip: text("10.0.0.1"),
            identity_confidence: text("likely"),
            host: text("www.google.com"),
            terms: text(terms),
            engine: text("google"),
            outcome: text("allowed"),
            reached: true,
            vendor_categories: Vec::new(),
            categories: Vec::new(),
            address: String::new(),
        };
        Standing { sighting, delivery: String::new(), stored: None, id: None }
    }

    #[test]
    fn a_chain_goes_on_while_somebody_types_or_takes_back() {
        let stands = standing("How to self harm");
        let next = |who, engine, terms, seconds| stands.next(who, "", engine, terms, NINE + Duration::seconds(seconds));
        assert_eq!(next("u1", "google", "how to self harmonise", 3), Next::GoesOn);
        assert_eq!(next("u1", "google", "how to self", 3), Next::GoesOn);
        assert_eq!(next("u1", "google", "how to self harm", 10), Next::GoesOn);
        assert_eq!(next("u1", "google", "how to self harmonise", 11), Next::LeftStanding);
        assert_eq!(next("u1", "google", "roman roads", 3), Next::LeftStanding);
        assert_eq!(next("u2", "google", "how to self harmonise", 3), Next::Another);
        assert_eq!(next("u1", "bing", "how to self harmonise", 3), Next::Another);
        assert!(!stands.is_over(NINE + TYPED_WITHIN) && stands.is_over(NINE + TYPED_WITHIN + Duration::SECOND));
    }
}
