//! Texts, each written once and named by its place.

use std::hash::{BuildHasher as _, RandomState};

use crate::hashed::ByHash;

/// Texts, each once, in the order they came.
#[derive(Debug, Default)]
pub(super) struct Texts {
    all: String,
    ends: Vec<u32>,
    known: ByHash<u32>,
    hasher: RandomState,
}

impl Texts {
    /// The place of a text, which is added where it is new.
    pub(super) fn place(&mut self, text: &str) -> u32 {
        let hash = self.hasher.hash_one(text);
        let known = self.known.get(&hash).copied();
        if let Some(place) = known.filter(|place| self.at(*place) == text) {
            return place;
        }
        let place = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.all.push_str(text);
        self.ends.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        // Of two with one hash the first is found again, and the other written anew each time.
        self.known.entry(hash).or_insert(place);
        place
    }

    /// The text at a place.
    pub(super) fn at(&self, place: u32) -> &str {
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        let end = |place: usize| self.ends.get(place).and_then(|end| usize::try_from(*end).ok()).unwrap_or_default();
        let start = place.checked_sub(1).map_or(0, end);
        self.all.get(start..end(place)).unwrap_or_default()
    }

    /// All of them, by their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..u32::try_from(self.ends.len()).unwrap_or(u32::MAX)).map(|place| self.at(place))
    }

    /// All of them, run together.
    pub(super) fn all(&self) -> &str {
        &self.all
    }

    /// How long each of them is.
    pub(super) fn lengths(&self) -> impl ExactSizeIterator<Item = u64> {
        let start = |place: usize| place.checked_sub(1).map_or(0, |before| self.ends[before]);
        (0..self.ends.len()).map(move |place| u64::from(self.ends[place] - start(place)))
    }
}
