//! What is written down in a case, and when it happened. An entry is never changed.

use std::collections::HashMap;

use chassis::clock::london;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{By, Case, EntryId, Refusal, record::Stamp};

/// What an entry may be.
pub const KINDS: &[&str] = &["fact", "opinion", "said_by_child"];

/// How well it may be known when it happened.
pub const TIMES: &[&str] = &["exact", "day", "unknown"];

/// When something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    /// At a moment.
    Exact(OffsetDateTime),
    /// On the day of a moment.
    Day(OffsetDateTime),
    /// Nobody knows when.
    Unknown,
}

impl Happened {
    /// Its code, one of `TIMES`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Exact(_) => "exact",
            Self::Day(_) => "day",
            Self::Unknown => "unknown",
        }
    }

    /// The moment, or one of the day; none where nobody knows.
    pub fn at(self) -> Option<OffsetDateTime> {
        match self {
            Self::Exact(at) | Self::Day(at) => Some(at),
            Self::Unknown => None,
        }
    }

    /// Whether it lies ahead.
    fn ahead(self, now: OffsetDateTime) -> bool {
        match self {
            Self::Exact(at) => at > now,
            Self::Day(at) => london(at).date() > london(now).date(),
            Self::Unknown => false,
        }
    }
}

/// One dated item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// Its text.
    pub text: String,
    /// Whether it belongs in the chronology, as whoever wrote it said.
    pub significant: bool,
    /// What it meant for the child, as they said.
    pub impact: String,
    /// Who wrote it.
    pub by: String,
    /// Their school.
    pub school_id: String,
    /// When.
    pub at: OffsetDateTime,
    /// The entry it corrects or adds to.
    #[serde(default)]
    pub corrects: Option<EntryId>,
    /// When it happened; none where nobody was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub happened: Option<Happened>,
    /// What it is, one of `KINDS`; empty where nobody was asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Every time somebody said later whether it belongs in the chronology, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
}

/// Somebody says whether an entry belongs in the chronology.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What it meant for the child; none where it does not belong there.
    pub impact: Option<String>,
    /// Why it is said.
    pub reason: String,
    /// Who and when.
    pub stamp: Stamp,
}

impl Entry {
    /// When it happened, or when it was written down where nobody knows or was asked.
    pub fn told_at(&self) -> OffsetDateTime {
        self.happened.and_then(Happened::at).unwrap_or(self.at)
    }

    /// How well it is known when it happened, one of `TIMES`.
    pub fn known(&self) -> &'static str {
        self.happened.map_or("exact", Happened::code)
    }

    /// What it meant for the child, where it belongs in the chronology, as was said last.
    pub fn significance(&self) -> Option<&str> {
        match self.marks.last() {
            Some(mark) => mark.impact.as_deref(),
            None => self.significant.then_some(self.impact.as_str()),
        }
    }
}

/// An entry as somebody writes it.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// Its text.
    pub text: String,
    /// What it meant for the child, where it belongs in the chronology.
    pub impact: Option<String>,
    /// The entry it corrects or adds to.
    pub corrects: Option<EntryId>,
    /// When it happened; now where none.
    pub happened: Option<Happened>,
    /// What it is, one of `KINDS`.
    pub kind: String,
}

impl Case {
    /// The entries of the chronology in the order it tells them, each with the one beside which it stands: itself, or the
    /// one that it corrects or adds to. What was said of a significant event goes wherever the event goes.
    pub fn chronicle(&self) -> Vec<(&Entry, &Entry)> {
        let mut beside: HashMap<&EntryId, &Entry> = HashMap::new();
        // What is corrected was there before what corrects it.
        for entry in &self.entries {
            let of = entry.corrects.as_ref().and_then(|id| beside.get(id)).copied();
            let own = entry.significance().is_some().then_some(entry);
            if let Some(root) = of.or(own) {
                beside.insert(&entry.id, root);
            }
        }
        let mut all: Vec<(&Entry, &Entry)> =
            self.entries.iter().filter_map(|entry| beside.get(&entry.id).map(|root| (entry, *root))).collect();
        all.sort_by(|(_, a), (_, b)| (a.told_at(), a.id.as_str()).cmp(&(b.told_at(), b.id.as_str())));
        all
    }

    /// Adds an entry, perhaps one that corrects or adds to an earlier one, which stays as it was.
    pub fn add_entry(&mut self, by: By<'_>, id: EntryId, written: Written) -> Result<(), Refusal> {
        self.working()?;
        let Written { text, impact, corrects, happened, kind } = written;
        if corrects.as_ref().is_some_and(|id| !self.entries.iter().any(|entry| entry.id == *id)) {
            return Err(Refusal::Missing);
        }
        let happened = happened.unwrap_or(Happened::Exact(by.at));
        if happened.ahead(by.at) {
            return Err(Refusal::Field("event_time", "Enter when it happened: it must not be in the future".into()));
        }
        self.entries.push(Entry {
            id,
            text,
            significant: impact.is_some(),
            impact: impact.unwrap_or_default(),
            by: by.account_id.to_owned(),
            school_id: self.school_id.clone(),
            at: by.at,
            corrects,
            happened: Some(happened),
            kind,
            marks: Vec::new(),
        });
        Ok(())
    }

    /// Says whether an entry belongs in the chronology: what it meant for the child where it does. The entry stays as it
    /// was, and so does what was said before.
    pub fn mark(&mut self, by: By<'_>, id: &EntryId, impact: Option<String>, reason: String) -> Result<(), Refusal> {
        self.working()?;
        let entry = self.entries.iter_mut().find(|entry| entry.id == *id).ok_or(Refusal::Missing)?;
        match (entry.significance(), &impact) {
            (None, None) => return Err(Refusal::State("the entry is not in the chronology")),
            (Some(said), Some(now)) if said == now => {
                return Err(Refusal::State("the entry is in the chronology already, with this impact"));
            }
            _ => entry.marks.push(Mark { impact, reason, stamp: by.stamp() }),
        }
        Ok(())
    }
}
