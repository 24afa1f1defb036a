//! What tells one event from another, for finding those that come twice: a keyed hash of its time, user, client, address and
//! outcome. Of an hour of a feed so many are kept, and not more; which of them is decided by the hash, so that two deliveries
//! of the same hour keep the same ones.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher13;

use crate::{hashed::ByHash, observation::Observation};

/// Fingerprints of an hour that are kept of all events. Above it every second one is let go of, and again: how many came
/// twice is then reckoned up.
const KEPT: usize = 2048;
/// Fingerprints of an hour that are kept, beside them, of events that a rule is about.
const JUDGED: usize = 1024;
/// Bytes of an entry.
const BYTES: usize = 15;

/// Makes fingerprints of one feed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fingerprints {
    key: (u64, u64),
}

impl Fingerprints {
    /// Those of a feed by its secret.
    pub fn new(secret: &[u8; 32]) -> Self {
        let word = |from: usize| {
            let bytes = secret.get(from..from + 8).and_then(|bytes| bytes.try_into().ok());
            bytes.map_or(0, u64::from_le_bytes)
        };
        Self { key: (word(0), word(8)) }
    }

    /// An event's.
    pub fn of(self, observation: &Observation<'_>) -> u64 {
        let mut hash = self.begin();
        if let Some(id) = &observation.native_id {
            add(&mut hash, id);
            return hash.finish();
        }
        hash.write_i128(observation.event_at.unix_timestamp_nanos());
        for text in [&observation.user, &observation.client_ip, &observation.device] {
            add(&mut hash, text.as_deref().unwrap_or_default());
        }
        add(&mut hash, &observation.url.original);
        add(&mut hash, &observation.vendor_outcome);
        hash.finish()
    }

    /// A delivery's: what tells one from another within a feed.
    pub fn of_delivery(self, delivery_id: &str) -> u32 {
        let mut hash = self.begin();
        add(&mut hash, delivery_id);
        u32::try_from(hash.finish() >> 32).unwrap_or_default()
    }

    fn begin(self) -> SipHasher13 {
        SipHasher13::new_with_keys(self.key.0, self.key.1)
    }
}

/// Adds a text, ended by a byte that no text holds.
fn add(hash: &mut SipHasher13, text: &str) {
    hash.write(text.as_bytes());
    hash.write_u8(0xff);
}

/// What is kept of one fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Met {
    /// How often it was met in the delivery in which it was met most often.
    most: u8,
    /// The delivery it was met in last.
    delivery: u32,
    /// How often in that one.
    count: u8,
    /// Whether a rule is about it.
    judged: bool,
}

/// The fingerprints of an hour of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sketch {
    /// How often half of all were let go of.
    level: u8,
    met: ByHash<Met>,
}

/// What a delivery brought of one fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Brought {
    /// How often.
    pub count: u8,
    /// Whether a rule is about it.
    pub judged: bool,
}

impl Sketch {
    /// How often half of all were let go of.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// Whether all fingerprints of the kind are kept.
    pub fn samples(level: u8, fingerprint: u64) -> bool {
        fingerprint.trailing_zeros() >= u32::from(level)
    }

    /// Whether an event that a rule is about was met in other deliveries at least as often as in this one, this time counted.
    /// Equal lines of one delivery are real repeats.
    pub fn met_elsewhere(&self, fingerprint: u64, delivery: u32, now: u8) -> bool {
        self.met.get(&fingerprint).is_some_and(|met| {
            let own = if met.delivery == delivery { met.count } else { 0 };
            own.saturating_add(now) <= met.most
        })
    }

    /// Takes in what a delivery brought; answers about how many of its events had come before in others.
    pub fn take(&mut self, delivery: u32, brought: &ByHash<Brought>) -> u64 {
        let (mut sampled, mut exact) = (0_u64, 0_u64);
        let level = self.level;
        for (fingerprint, new) in brought.iter().filter(|(f, new)| new.judged || Self::samples(level, **f)) {
            let met = self.met.entry(*fingerprint).or_insert(Met { most: 0, delivery, count: 0, judged: false });
            if met.delivery != delivery {
                (met.delivery, met.count) = (delivery, 0);
            }
            met.count = met.count.saturating_add(new.count);
            met.judged |= new.judged;
            let more = met.count.saturating_sub(met.most);
            met.most = met.most.max(met.count);
            let twice = u64::from(new.count.saturating_sub(more));
            if Self::samples(level, *fingerprint) {
                sampled += twice;
            } else {
                exact += twice;
            }
        }
        self.shrink();
        (sampled << level) + exact
    }

    /// Lets go of what is too much.
    fn shrink(&mut self) {
        let mut judged: usize = self.met.values().filter(|met| met.judged).count();
        if judged > JUDGED {
            // So many are no longer few: they are sampled as all others are.
            self.met.values_mut().for_each(|met| met.judged = false);
            judged = 0;
        }
        while self.met.len() - judged > KEPT && self.level < 63 {
            self.level += 1;
            let level = self.level;
            self.met.retain(|fingerprint, met| met.judged || Self::samples(level, *fingerprint));
        }
    }

    /// As a column holds it.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + self.met.len() * BYTES);
        bytes.push(self.level);
        for (fingerprint, met) in &self.met {
            bytes.extend(fingerprint.to_le_bytes());
            bytes.extend(met.delivery.to_le_bytes());
            bytes.extend([met.most, met.count, u8::from(met.judged)]);
        }
        bytes
    }

    /// From a column.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let Some((level, rest)) = bytes.split_first() else { return Self::default() };
        let entry = |bytes: &[u8]| {
            let (fingerprint, rest) = bytes.split_first_chunk::<8>()?;
            let (delivery, rest) = rest.split_first_chunk::<4>()?;
            let [most, count, judged] = *rest.first_chunk::<3>()?;
            let delivery = u32::from_le_bytes(*delivery);
            Some((u64::from_le_bytes(*fingerprint), Met { most, delivery, count, judged: judged == 1 }))
        };
        Self { level: *level, met: rest.chunks_exact(BYTES).filter_map(entry).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brought(fingerprints: impl IntoIterator<Item = u64>, judged: bool) -> ByHash<Brought> {
        let mut all: ByHash<Brought> = ByHash::default();
        for fingerprint in fingerprints {
            let new = all.entry(fingerprint).or_default();
            new.count += 1;
            new.judged = judged;
        }
        all
    }

    /// Fingerprints as a hash would spread them.
    fn spread(n: u64) -> impl Iterator<Item = u64> {
        (0..n).map(|n| n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29))
    }

    #[test]
    fn the_same_in_another_delivery_is_met_again_and_repeats_within_one_are_real() {
        let mut sketch = Sketch::default();
        assert_eq!(sketch.take(1, &brought([7, 7, 9], false)), 0);
        assert_eq!(sketch.take(1, &brought([7], false)), 0, "a third of the same delivery");
        assert_eq!(sketch.take(2, &brought([7, 7, 7, 9, 9], false)), 4, "the larger count stands");
        assert_eq!(Sketch::from_bytes(&sketch.bytes()), sketch);
        assert!(sketch.met_elsewhere(9, 3, 1) && sketch.met_elsewhere(9, 3, 2));
        assert!(!sketch.met_elsewhere(9, 3, 3) && !sketch.met_elsewhere(8, 3, 1));
        assert_eq!(Sketch::from_bytes(&[]), Sketch::default());
    }

    #[test]
    fn what_is_kept_of_an_hour_is_bounded_and_a_file_sent_again_is_still_found() {
        let mut sketch = Sketch::default();
        let whole = brought(spread(100_000), false);
        sketch.take(1, &brought([1, 2, 3], true));
        assert_eq!(sketch.take(1, &whole), 0);
        assert!(sketch.bytes().len() <= 1 + (KEPT + JUDGED) * BYTES, "{} bytes", sketch.bytes().len());
        let twice = sketch.take(2, &whole);
        assert!((80_000..120_000).contains(&twice), "about all of them: {twice}");
        assert!(sketch.met_elsewhere(3, 2, 1), "what a rule is about is kept beside");
        let other = brought(spread(150_000).skip(100_000), false);
        assert_eq!(sketch.take(3, &other), 0, "others are not taken for the same");
    }

    #[test]
    fn deliveries_and_feeds_are_told_apart() {
        let (a, b) = (Fingerprints::new(&[1; 32]), Fingerprints::new(&[2; 32]));
        assert_eq!(a.of_delivery("x"), a.of_delivery("x"));
        assert!(a.of_delivery("x") != a.of_delivery("y") && a.of_delivery("x") != b.of_delivery("x"));
    }
}
