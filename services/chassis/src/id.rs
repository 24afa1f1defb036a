//! Typed, prefixed, time-ordered ids: `cas_06f3…`. The first 48 bits are milliseconds, the other 80 are random, so
//! that knowing one id tells nothing of the next.

use std::sync::{Arc, Mutex, PoisonError};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::clock::SharedClock;

/// Crockford's base 32 in lower case: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters after the prefix: 26 of 5 bits hold the 128 bits of an id.
const LENGTH: usize = 26;

/// What every id type can do.
pub trait Id: Sized {
    /// The prefix before the underscore.
    const PREFIX: &'static str;
    /// Makes the id from text that is known to be well formed.
    fn from_checked(text: String) -> Self;
}

/// Defines an id type: `id!(/** A case. */ pub struct CaseId = "cas");`
#[macro_export]
macro_rules! id {
    ($(#[$doc:meta])* $vis:vis struct $name:ident = $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        $vis struct $name(String);

        impl $crate::id::Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_checked(text: String) -> Self { Self(text) }
        }
        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result { f.write_str(&self.0) }
        }
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result { f.write_str(&self.0) }
        }
        impl ::std::str::FromStr for $name {
            type Err = $crate::id::Malformed;
            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> { $crate::id::check::<Self>(text) }
        }
        impl ::std::convert::TryFrom<String> for $name {
            type Error = $crate::id::Malformed;
            fn try_from(text: String) -> ::std::result::Result<Self, Self::Error> { $crate::id::check::<Self>(&text) }
        }
        impl ::std::convert::From<$name> for String {
            fn from(id: $name) -> String { id.0 }
        }
    };
}

id!(/** A school. */ pub struct SchoolId = "sch");
id!(/** An account. */ pub struct AccountId = "acc");
id!(/** An event. */ pub struct EventId = "evt");

/// The text is not an id of the kind asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct Malformed;

/// Reads an id strictly: one spelling only.
///
/// # Errors
/// `Malformed` where prefix, length or alphabet is wrong.
pub fn check<T: Id>(text: &str) -> Result<T, Malformed> {
    let body = text.strip_prefix(T::PREFIX).and_then(|rest| rest.strip_prefix('_')).ok_or(Malformed)?;
    // 26 characters carry 130 bits: the first may only be 0 to 7.
    let well_formed = body.len() == LENGTH
        && body.bytes().all(|c| ALPHABET.contains(&c))
        && body.bytes().next().is_some_and(|c| (b'0'..=b'7').contains(&c));
    if well_formed { Ok(T::from_checked(text.to_owned())) } else { Err(Malformed) }
}

/// When an id was made, as its first characters tell to the millisecond; none where it is no id.
pub fn made(id: &str) -> Option<time::OffsetDateTime> {
    let digits = id.split_once('_')?.1.get(..10)?.bytes();
    let place = |c| ALPHABET.iter().position(|known| *known == c).and_then(|place| i128::try_from(place).ok());
    let millis = digits.map(place).try_fold(0_i128, |all, digit| Some(all * 32 + digit?))?;
    time::OffsetDateTime::from_unix_timestamp_nanos(millis * 1_000_000).ok()
}

/// The least id that can be made at a moment: ids of what was made before are less than it.
pub fn least_at<T: Id>(at: time::OffsetDateTime) -> String {
    written::<T>(u128::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or_default() << 80)
}

/// The text of an id.
fn written<T: Id>(bits: u128) -> String {
    let body: String = (0..LENGTH)
        .rev()
        .map(|place| char::from(ALPHABET[usize::try_from((bits >> (place * 5)) & 31).unwrap_or_default()]))
        .collect();
    format!("{}_{body}", T::PREFIX)
}

/// The source of new ids: a clock and a source of randomness.
#[derive(Clone)]
pub struct Ids {
    clock: SharedClock,
    rng: Arc<Mutex<StdRng>>,
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids")
    }
}

impl Ids {
    /// Ids nobody can guess.
    pub fn new(clock: SharedClock) -> Self {
        Self { clock, rng: Arc::new(Mutex::new(rand::make_rng())) }
    }

    /// The same ids every time: for tests.
    pub fn seeded(clock: SharedClock, seed: u64) -> Self {
        Self { clock, rng: Arc::new(Mutex::new(StdRng::seed_from_u64(seed))) }
    }

    /// A new id.
    pub fn next<T: Id>(&self) -> T {
        let millis = self.clock.now().unix_timestamp_nanos() / 1_000_000;
        let random: u128 = self.rng.lock().unwrap_or_else(PoisonError::into_inner).random();
        let bits = (u128::try_from(millis).unwrap_or_default() << 80) | (random >> 48);
        T::from_checked(written::<T>(bits))
    }

    /// A new request id, a UUID.
    pub fn request_id(&self) -> String {
        let random: u128 = self.rng.lock().unwrap_or_else(PoisonError::into_inner).random();
        uuid::Builder::from_random_bytes(random.to_be_bytes()).into_uuid().to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;
    use crate::clock::{Clock as _, ManualClock};

    #[test]
    fn ids_sort_by_time_and_read_back() -> Result<(), Malformed> {
        let clock = ManualClock::new(datetime!(2026-09-01 08:00 UTC));
        let ids = Ids::new(clock.clone());
        let first: SchoolId = ids.next();
        clock.advance(time::Duration::milliseconds(1));
        let second: SchoolId = ids.next();
        assert!(first < second, "{first} before {second}");
        assert_eq!(first.as_str().parse::<SchoolId>()?, first);
        assert_eq!(made(second.as_str()), Some(datetime!(2026-09-01 08:00:00.001 UTC)));
        assert_eq!((made("sch_"), made("nothing")), (None, None));
        let between = least_at::<SchoolId>(clock.now());
        assert!(first.as_str() < between.as_str() && between.as_str() <= second.as_str(), "{between}");
        Ok(())
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let ids = Ids::new(ManualClock::new(datetime!(2026-09-01 08:00 UTC)));
        let school: SchoolId = ids.next();
        assert_eq!(school.as_str().parse::<AccountId>(), Err(Malformed));
        assert_eq!(school.as_str().to_uppercase().parse::<SchoolId>(), Err(Malformed));
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in ".{0,40}") {
            let _ = text.parse::<SchoolId>();
        }
    }
}
