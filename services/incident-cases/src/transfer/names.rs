//! Names of the sending school's learners that the entries of a file still hold once people with a part in it have their
//! labels. Each is shown before the file is sent; it is blacked out unless somebody keeps it and says why. Other words are
//! blacked out where somebody enters them. What is blacked out is replaced before anything is made of the entries.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::contents::Entry;
use crate::{
    case::record::Stamp,
    learner::named::{Roll, SHOWN},
    subject_access::{
        mentions::{Suggestion, Why, wherever},
        redact::{Stretch, without},
    },
};

/// Letters that words to be blacked out have at least: one letter stands in every word.
pub const WORDS_MIN: usize = 2;

/// A name as it stands in the entries, wherever it is written alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Name {
    /// Its number, from 1, in the order of the entries.
    pub number: u32,
    /// As it is written where it stands first.
    pub text: String,
    /// Where it stands: the number of the entry, and the place in its text.
    pub places: Vec<(u32, Stretch)>,
}

/// A name that was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The name.
    pub text: String,
    /// Why the next school reads it.
    pub reason: String,
    /// Who and when.
    pub stamp: Stamp,
}

/// What the sending school keeps of how it dealt with names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blackened {
    /// How many names were blacked out, each counted once.
    pub names: u32,
    /// How many other words were, as somebody entered them.
    pub words: u32,
    /// Names that were kept.
    pub kept: Vec<Kept>,
}

/// The names that entries hold.
pub fn found(entries: &[Entry], roll: &Roll) -> Vec<Name> {
    let mut all: Vec<Name> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for entry in entries {
        let letters: Vec<char> = entry.text.chars().collect();
        for hit in roll.find(&entry.text, SHOWN) {
            let text: String = letters.get(hit.stretch.start..hit.stretch.end).into_iter().flatten().collect();
            let place = *known.entry(text.to_lowercase()).or_insert_with(|| {
                let number = u32::try_from(all.len() + 1).unwrap_or(u32::MAX);
                all.push(Name { number, text: text.clone(), places: Vec::new() });
                all.len() - 1
            });
            if let Some(name) = all.get_mut(place) {
                name.places.push((entry.number, hit.stretch));
            }
        }
    }
    all
}

/// The entries with names blacked out, except those that are kept, and with other words wherever they stand.
///
/// # Errors
/// The place, from 0, of words that stand in no entry.
pub fn blacked_out(
    entries: Vec<Entry>,
    names: &[Name],
    kept: &dyn Fn(u32) -> bool,
    other: &[String],
) -> Result<Vec<Entry>, usize> {
    let mut there = vec![false; other.len()];
    let mut done = Vec::with_capacity(entries.len());
    for entry in entries {
        let letters: Vec<char> = entry.text.chars().collect();
        let mut gone: Vec<Stretch> = Vec::new();
        let mut named: Vec<Suggestion> = Vec::new();
        for name in names.iter().filter(|name| !kept(name.number)) {
            let here = name.places.iter().filter(|(number, _)| *number == entry.number);
            named.extend(here.map(|(_, stretch)| Suggestion { stretch: *stretch, why: Why::OtherPerson }));
        }
        gone.extend(named.iter().map(|one| one.stretch));
        for (words, there) in other.iter().zip(&mut there) {
            let places = wherever(&letters, words);
            *there |= !places.is_empty();
            gone.extend(places);
        }
        let entry = match gone.is_empty() {
            true => entry,
            false => Entry { text: without(&entry.text, &gone, &named), redacted: true, ..entry },
        };
        done.push(entry);
    }
    match there.iter().position(|there| !there) {
        Some(nowhere) => Err(nowhere),
        None => Ok(done),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn what_is_blacked_out_is_in_no_entry_and_words_that_stand_nowhere_are_said() {
        let entry = |number: u32, text: &str| Entry {
            number,
            kind: "Entry".into(),
            record: "Case 2026-001".into(),
            at: datetime!(2026-11-24 09:00 UTC),
            text: text.into(),
            redacted: false,
            origin: String::new(),
            source: String::new(),
        };
        let mut roll = Roll::default();
        roll.close("one", "Tansy Ferris");
        let entries = || vec![entry(1, "Tansy Ferris hid it."), entry(2, "TANSY FERRIS and the lad from the shop.")];
        let names = found(&entries(), &roll);
        assert_eq!(names.len(), 1, "written alike is one: {names:?}");
        assert_eq!(names[0].places.len(), 2);
        let words = vec!["the lad from the shop".to_owned()];
        let done = blacked_out(entries(), &names, &|_| false, &words).unwrap_or_default();
        let texts: Vec<&str> = done.iter().map(|entry| entry.text.as_str()).collect();
        assert_eq!(
            texts,
            ["[name of another person removed] hid it.", "[name of another person removed] and [words removed]."]
        );
        assert!(done.iter().all(|entry| entry.redacted));
        assert_eq!(blacked_out(entries(), &names, &|_| true, &[]), Ok(entries()));
        let wrong = vec!["Tansy".to_owned(), "the girl".to_owned()];
        assert_eq!(blacked_out(entries(), &names, &|_| false, &wrong), Err(1));
    }
}
