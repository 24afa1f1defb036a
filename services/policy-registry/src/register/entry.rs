//! One dated entry, and what stands of many.

use std::collections::{BTreeMap, HashMap};

use chassis::id::{AccountId, SchoolId};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::{Definition, period};

chassis::id!(/** An entry of a register. */ pub struct EntryId = "ren");

/// One dated entry. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// The school.
    pub school: SchoolId,
    /// The register.
    pub register: String,
    /// What its fields hold.
    pub values: BTreeMap<String, Vec<String>>,
    /// What it does to an earlier entry.
    pub change: Option<Change>,
    /// The account that added it; none where the platform did.
    pub account: Option<AccountId>,
    /// The name that account was shown by then; empty where none was told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    pub added_at: OffsetDateTime,
}

/// What an entry does to an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// That entry.
    pub supersedes: EntryId,
    /// True where nothing takes its place.
    pub withdrawn: bool,
    /// Why.
    pub reason: String,
}

/// Why an entry cannot be superseded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another entry did so already.
    #[error(
        "that entry was decided on, corrected or withdrawn since it was shown: open it again to see by whom, and correct the entry that stands"
    )]
    Superseded,
}

impl Entry {
    /// What a field holds.
    pub fn all(&self, key: &str) -> Vec<String> {
        self.values.get(key).cloned().unwrap_or_default()
    }

    /// The first value of a field; empty where it holds none.
    pub fn one(&self, key: &str) -> &str {
        self.values.get(key).and_then(|values| values.first()).map(String::as_str).unwrap_or_default()
    }

    /// The day a field holds.
    pub fn day(&self, key: &str) -> Option<Date> {
        period::day(self.one(key))
    }

    /// The first day on which it counts; none where it always did.
    pub fn begins(&self, definition: &Definition) -> Option<Date> {
        self.day(&definition.from)
    }

    /// The last day on which it counts; none where that is open.
    pub fn ends(&self, definition: &Definition) -> Option<Date> {
        self.day(&definition.until)
    }

    /// True where it counts on a day.
    pub fn counts_on(&self, definition: &Definition, day: Date) -> bool {
        self.begins(definition).is_none_or(|begins| begins <= day)
            && self.ends(definition).is_none_or(|ends| day <= ends)
    }

    /// True where it withdraws another one.
    pub fn withdraws(&self) -> bool {
        self.change.as_ref().is_some_and(|change| change.withdrawn)
    }
}

/// What was there at a moment.
pub fn as_known_at(mut entries: Vec<Entry>, at: OffsetDateTime) -> Vec<Entry> {
    entries.retain(|entry| entry.added_at <= at);
    entries
}

/// The entries that no other one corrected or withdrew.
pub fn standing(entries: Vec<Entry>) -> Vec<Entry> {
    let superseded: HashMap<EntryId, ()> =
        entries.iter().filter_map(|entry| entry.change.as_ref()).map(|c| (c.supersedes.clone(), ())).collect();
    entries.into_iter().filter(|entry| !entry.withdraws() && !superseded.contains_key(&entry.id)).collect()
}
