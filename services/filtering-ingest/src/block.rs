//! Kept observations in blocks: many of one feed and hour in one compact form, column by column, packed and then sealed
//! once. A text that comes again is written once, and a line that is kept costs no allocation of its own. Who did what can
//! be found by a keyed hash that stands beside the block and tells nobody who.

mod code;
mod columns;
mod read;
#[cfg(test)]
mod tests;
mod texts;

use std::{collections::BTreeMap, io::Write as _};

use flate2::{Compression, write::DeflateEncoder};
use time::OffsetDateTime;

use crate::observation::Observation;
use columns::Columns;
pub use read::{Opened, Row, Rows};
use texts::Texts;

/// Observations of one block at most.
pub const MOST: usize = 4096;
/// Text of one block, from which on it is full.
const TEXT_MOST: usize = 1 << 20;
/// All of one block, from which on it is full: what names the same short text over and over has little of it, and is large.
const SIZE_MOST: usize = 4 << 20;
/// Seconds of the time that a block is of.
const SPAN: i64 = 3600;
/// How what is sealed begins: as it is, or deflated.
const PLAIN: u8 = 0;
const DEFLATED: u8 = 1;

/// The beginning of the hour that a block with this moment is of, in microseconds since 1970.
pub fn hour_us(at: OffsetDateTime) -> i64 {
    hour(at).saturating_mul(SPAN * 1_000_000)
}

fn hour(at: OffsetDateTime) -> i64 {
    at.unix_timestamp().div_euclid(SPAN)
}

/// Observations of one feed on their way into blocks.
#[derive(Debug, Default)]
pub struct Builder {
    full: Vec<Block>,
    open: BTreeMap<i64, Block>,
    count: usize,
}

impl Builder {
    /// Adds an observation with its gravest category.
    pub fn add(&mut self, observation: &Observation<'_>, category: &str) {
        let hour = hour(observation.event_at);
        let block = self.open.entry(hour).or_insert_with(|| Block::new(observation.event_at));
        block.add(observation, category);
        self.count += 1;
        if block.is_full() {
            self.full.extend(self.open.remove(&hour));
        }
    }

    /// How many observations were added.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The blocks, each of one hour.
    pub fn finish(self) -> Vec<Block> {
        let mut all = self.full;
        all.extend(self.open.into_values());
        all
    }
}

/// Observations of one hour.
#[derive(Debug)]
pub struct Block {
    first: OffsetDateTime,
    last: OffsetDateTime,
    actors: Texts,
    by: Vec<u32>,
    columns: Columns,
}

/// A block as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// How many observations it holds.
    pub count: u32,
    /// When the first of them was.
    pub first: OffsetDateTime,
    /// When the last of them was.
    pub last: OffsetDateTime,
    /// By whom they were, as keyed hashes in order.
    pub actors: Vec<u64>,
    /// What is to be sealed.
    pub body: Vec<u8>,
}

impl Block {
    fn new(at: OffsetDateTime) -> Self {
        Self { first: at, last: at, actors: Texts::default(), by: Vec::new(), columns: Columns::default() }
    }

    fn add(&mut self, observation: &Observation<'_>, category: &str) {
        self.first = self.first.min(observation.event_at);
        self.last = self.last.max(observation.event_at);
        self.by.push(self.actors.place(&observation.actor()));
        self.columns.add(observation, category);
    }

    fn is_full(&self) -> bool {
        self.by.len() >= MOST || self.columns.text() >= TEXT_MOST || self.columns.size() >= SIZE_MOST
    }

    /// How many observations it holds.
    pub fn len(&self) -> usize {
        self.by.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.by.is_empty()
    }

    /// Packs it. `name` names somebody by a keyed hash.
    pub fn pack(self, mut name: impl FnMut(&str) -> u64) -> Packed {
        let named: Vec<u64> = self.actors.iter().map(&mut name).collect();
        let mut actors = named.clone();
        actors.sort_unstable();
        actors.dedup();
        let place = |actor: &u64| actors.binary_search(actor).unwrap_or_default();
        let places: Vec<usize> = named.iter().map(place).collect();
        let by = self.by.iter().map(|who| {
            let place = usize::try_from(*who).ok().and_then(|who| places.get(who)).copied();
            u64::try_from(place.unwrap_or_default()).unwrap_or_default()
        });
        let count = u32::try_from(self.by.len()).unwrap_or(u32::MAX);
        let body = packed(&self.columns.finish(count, by));
        Packed { count, first: self.first, last: self.last, actors, body }
    }
}

impl Packed {
    /// The keyed hashes as a column holds them.
    pub fn actor_bytes(&self) -> Vec<u8> {
        self.actors.iter().flat_map(|actor| actor.to_be_bytes()).collect()
    }
}

/// Whether somebody is among those that a column names.
pub fn names(actors: &[u8], actor: u64) -> bool {
    actors.as_chunks::<8>().0.binary_search(&actor.to_be_bytes()).is_ok()
}

/// Deflated, where that makes it any shorter.
fn packed(plain: &[u8]) -> Vec<u8> {
    let mut deflated = Vec::with_capacity(plain.len() / 2 + 1);
    deflated.push(DEFLATED);
    let mut encoder = DeflateEncoder::new(deflated, Compression::fast());
    match encoder.write_all(plain).and_then(|()| encoder.finish()) {
        Ok(deflated) if deflated.len() < plain.len() => deflated,
        _ => [&[PLAIN][..], plain].concat(),
    }
}
