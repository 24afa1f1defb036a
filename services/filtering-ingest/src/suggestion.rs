//! Searches that somebody types letter by letter, at an engine's suggestions or at its search address: a chain of prefixes by
//! one person at one engine is its last member and nothing else. What spells something bad on the way to something harmless
//! was nothing; what is left standing is a search like any other. So is a search for which a proxy asked who somebody is
//! (407): the same search follows with the name, and only where none does is the challenge a search of its own.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    judge::Typed,
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
    /// Whether it was sent off, and is no suggestion.
    #[serde(default)]
    pub is_final: bool,
    /// What was found in it.
    #[serde(default)]
    pub found: Found,
    /// Whether it was told of already, and stands only so that what follows is known as the same.
    #[serde(default)]
    pub told: bool,
    /// What is to be stored of it; none where that was done.
    #[serde(skip)]
    pub stored: Option<Stored>,
    /// The id it is kept under; none while its own batch is worked through.
    #[serde(skip)]
    pub id: Option<String>,
    /// When its line came, in microseconds: there it was counted as kept.
    #[serde(skip)]
    pub received_us: i64,
    /// Whether it is told of at the end of its batch, whatever may follow in the next.
    #[serde(skip)]
    pub grave: bool,
    /// Whether something may follow it in the next batch.
    #[serde(skip)]
    pub waits: bool,
}

/// What was found in words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Found {
    /// The theme.
    pub theme: String,
    /// How grave it is.
    pub severity: String,
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
    /// A search that was told of.
    pub fn told(sighting: Sighting, found: Found) -> Self {
        Self {
            sighting,
            delivery: String::new(),
            is_final: true,
            found,
            told: true,
            stored: None,
            id: None,
            received_us: 0,
            grave: false,
            waits: false,
        }
    }

    /// Whether a proxy asked who somebody is before it let the search through.
    fn challenged(&self) -> bool {
        self.sighting.outcome == Outcome::AuthChallenge.as_str()
    }

    /// Whether it is somebody's at an engine. What follows a challenge has a name, which the challenge has not: it is known
    /// by its address, which others may share.
    pub fn is_of(&self, (who, from): (&str, &str), engine: &str) -> bool {
        let asked = self.challenged() && !from.is_empty() && self.sighting.client_ip == from;
        (self.sighting.actor == who || asked) && self.sighting.engine == engine
    }

    /// What a search by somebody, from an address, says of this chain. What was sent off goes on only by what is sent off and
    /// is longer: that somebody searched is not unsaid by taking letters back, nor by what an engine suggests next; and the
    /// same once more is a search more.
    pub fn next(&self, whose: (&str, &str), search: Typed<'_>, at: OffsetDateTime) -> Next {
        let earlier = &self.sighting;
        if !self.is_of(whose, search.engine) {
            return Next::Another;
        }
        let apart = (at - earlier.event_at).abs();
        if self.challenged() {
            let same = earlier.terms == search.terms && apart <= TYPED_WITHIN;
            return if same { Next::GoesOn } else { Next::Another };
        }
        let (is, was) = (search.terms.chars().count(), earlier.terms.chars().count());
        let follows = follows(&earlier.terms, search.terms);
        if self.is_final && (!search.is_final || (follows && is == was)) {
            return Next::Another;
        }
        let goes_on = follows && (!self.is_final || is > was);
        if apart <= TYPED_WITHIN && goes_on { Next::GoesOn } else { Next::LeftStanding }
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
            routed_by: Vec::new(),
            address: String::new(),
        };
        let found = Found { theme: text("self_harm_suicide"), severity: text("high") };
        Standing { is_final: false, told: false, ..Standing::told(sighting, found) }
    }

    #[test]
    fn a_chain_goes_on_while_somebody_types_or_takes_back() {
        let stands = standing("How to self harm");
        let next = |who, engine, terms, seconds| {
            stands.next((who, ""), Typed { engine, terms, is_final: true }, NINE + Duration::seconds(seconds))
        };
        assert_eq!(next("u1", "google", "how to self harmonise", 3), Next::GoesOn);
        assert_eq!(next("u1", "google", "how to self", 3), Next::GoesOn);
        assert_eq!(next("u1", "google", "how to self harm", 10), Next::GoesOn);
        assert_eq!(next("u1", "google", "how to self harmonise", 11), Next::LeftStanding);
        assert_eq!(next("u1", "google", "roman roads", 3), Next::LeftStanding);
        assert_eq!(next("u2", "google", "how to self harmonise", 3), Next::Another);
        assert_eq!(next("u1", "bing", "how to self harmonise", 3), Next::Another);
        assert!(!stands.is_over(NINE + TYPED_WITHIN) && stands.is_over(NINE + TYPED_WITHIN + Duration::SECOND));
    }

    #[test]
    fn what_was_sent_off_goes_on_by_more_letters_and_is_unsaid_by_nothing_else() {
        let stands = Standing { is_final: true, ..standing("How to self harm") };
        let next = |terms, is_final, seconds| {
            stands.next(("u1", ""), Typed { engine: "google", terms, is_final }, NINE + Duration::seconds(seconds))
        };
        assert_eq!(next("how to self harmonise", true, 10), Next::GoesOn);
        assert_eq!(next("how to self harmonise", true, 11), Next::LeftStanding);
        assert_eq!(next("how to self", true, 3), Next::LeftStanding, "letters taken back");
        assert_eq!(next("how to self harmonise", false, 3), Next::Another, "an engine suggests");
        assert_eq!(next("how to self harm", true, 3), Next::Another, "the same once more");
    }
}
