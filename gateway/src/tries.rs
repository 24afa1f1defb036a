//! Throttled sign-in: ten tries in a quarter of an hour for one name from one place, a hundred from all strange places
//! together, and so many wrong ones from one address whatever the name (`gateway.failed_sign_ins`): one password tried at
//! many names. A school is one address, and hundreds of people sign in from it in a morning: those who succeed do not count. A browser that signed in before is a place of its own and counts in no other, so that nobody can lock a
//! colleague out by typing that colleague's name.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use chassis::error::Result;
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

use crate::sessions::Key;

/// How many tries there are from one place.
pub const TRIES: usize = 10;
/// How many there are at one name from all the places that never signed in under it: guessing from many addresses.
const TRIES_IN_ALL: usize = 100;
/// In how long.
pub const WINDOW: Duration = Duration::minutes(15);
/// How many reports one address sends through a public page: a school is one address, and a year group may have been told
/// of the page in one morning.
const REPORTS: usize = 20;
/// How many wrong receipts come from one address.
const RECEIPTS: usize = 20;
/// How many places are remembered before the ones whose window has passed are forgotten.
const REMEMBERED: usize = 10_000;

/// What tries are counted under: a digest of the name and the place, so that neither is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    digest: [u8; 32],
    most: usize,
}

impl Place {
    /// Tries at a name from wherever nobody signed in under it before.
    pub fn anywhere(name: &str) -> Self {
        Self { most: TRIES_IN_ALL, ..Self::of(name, "anywhere") }
    }

    /// Tries at a name from an address; of an IPv6 address only the network counts, since hosts choose the rest.
    pub fn address(name: &str, address: IpAddr) -> Self {
        Self::of(name, &network(address).to_string())
    }

    /// Wrong tries from an address at any name.
    pub fn crowd(address: IpAddr, most: usize) -> Self {
        // No sign-in name is empty.
        Self { most, ..Self::address("", address) }
    }

    /// Tries at a name from a browser that signed in under that name before.
    pub fn browser(name: &str, nonce: &str) -> Self {
        Self::of(name, &format!("browser {nonce}"))
    }

    /// Tries at opening a locked session again.
    pub fn session(name: &str, session: &Key) -> Self {
        Self::of(name, &format!("session {}", session.hex()))
    }

    /// Reports from an address through the public page of a code.
    pub fn reports(code: &str, address: IpAddr) -> Self {
        Self { most: REPORTS, ..Self::address(&format!("public report {code}"), address) }
    }

    /// Wrong receipts from an address.
    pub fn receipts(address: IpAddr) -> Self {
        Self { most: RECEIPTS, ..Self::address("public receipt", address) }
    }

    fn of(name: &str, from: &str) -> Self {
        let digest = Sha256::new().chain_update(name).chain_update([0]).chain_update(from).finalize().into();
        Self { digest, most: TRIES }
    }

    /// How many tries there are.
    pub fn most(&self) -> usize {
        self.most
    }

    /// The place as text.
    pub fn hex(&self) -> String {
        hex::encode(self.digest)
    }
}

/// The network an address stands for: itself, or the first half of an IPv6 one.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 => v4,
    }
}

/// Where tries are counted: in this process, or in Redis for all of them together.
#[tonic::async_trait]
pub trait Tries: Send + Sync {
    /// Counts a try; answers how many seconds to wait where there were too many.
    async fn take(&self, place: &Place, now: OffsetDateTime) -> Result<Option<u64>>;

    /// Takes one try back: it was right, and where only wrong ones count it is none. It counted meanwhile, so that many
    /// at once are no way around.
    async fn give_back(&self, place: &Place) -> Result<()>;

    /// Forgets the tries of a place: the last one was right.
    async fn forget(&self, place: &Place) -> Result<()>;
}

/// Tries counted in this process.
#[derive(Debug, Default)]
pub struct MemoryTries(Mutex<HashMap<Place, Vec<OffsetDateTime>>>);

#[tonic::async_trait]
impl Tries for MemoryTries {
    async fn take(&self, place: &Place, now: OffsetDateTime) -> Result<Option<u64>> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= REMEMBERED && !places.contains_key(place) {
            places.retain(|_, tries| tries.last().is_some_and(|last| now - *last < WINDOW));
        }
        let tries = places.entry(*place).or_default();
        tries.retain(|at| now - *at < WINDOW);
        match tries.first() {
            Some(first) if tries.len() >= place.most => Ok(Some(seconds(WINDOW - (now - *first)))),
            Some(_) | None => {
                tries.push(now);
                Ok(None)
            }
        }
    }

    async fn give_back(&self, place: &Place) -> Result<()> {
        if let Some(tries) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(place) {
            tries.pop();
        }
        Ok(())
    }

    async fn forget(&self, place: &Place) -> Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(place);
        Ok(())
    }
}

/// Whole seconds, at least one.
pub(crate) fn seconds(wait: Duration) -> u64 {
    wait.whole_seconds().max(1).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

    #[tokio::test]
    async fn the_eleventh_try_waits_and_the_window_moves_on() -> Result<()> {
        let tries = MemoryTries::default();
        let here = Place::address("a.ali", IpAddr::from([192, 0, 2, 1]));
        for minute in 0..10 {
            assert_eq!(tries.take(&here, NOW + Duration::minutes(minute)).await?, None);
        }
        assert_eq!(tries.take(&here, NOW + Duration::minutes(10)).await?, Some(300));
        assert_eq!(tries.take(&here, NOW + Duration::minutes(15)).await?, None);
        assert!(tries.take(&here, NOW + Duration::minutes(15)).await?.is_some());
        Ok(())
    }

    #[tokio::test]
    async fn one_place_does_not_lock_another_out() -> Result<()> {
        let tries = MemoryTries::default();
        let here = Place::address("a.ali", IpAddr::from([192, 0, 2, 1]));
        for _ in 0..=TRIES {
            tries.take(&here, NOW).await?;
        }
        for elsewhere in [
            Place::address("a.ali", IpAddr::from([192, 0, 2, 2])),
            Place::address("b.brown", IpAddr::from([192, 0, 2, 1])),
            Place::browser("a.ali", "nonce"),
        ] {
            assert_eq!(tries.take(&elsewhere, NOW).await?, None);
        }
        tries.forget(&here).await?;
        assert_eq!(tries.take(&here, NOW).await?, None);
        Ok(())
    }

    #[tokio::test]
    async fn many_addresses_together_guess_no_more_than_a_hundred_times() -> Result<()> {
        let tries = MemoryTries::default();
        for _ in 0..TRIES_IN_ALL {
            assert_eq!(tries.take(&Place::anywhere("a.ali"), NOW).await?, None);
        }
        assert!(tries.take(&Place::anywhere("a.ali"), NOW).await?.is_some());
        assert_eq!(tries.take(&Place::anywhere("b.brown"), NOW).await?, None);
        assert_eq!(tries.take(&Place::browser("a.ali", "nonce"), NOW).await?, None, "their own browser is let in");
        Ok(())
    }

    #[test]
    fn hosts_of_one_ipv6_network_are_one_place() {
        let at = |text: &str| text.parse().map(|a| Place::address("a", a)).ok();
        assert_eq!(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
    }
}
