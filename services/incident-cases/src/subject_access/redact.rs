//! Takes words out of a text. What is taken out is replaced before anything is made of the text, so that no file can hold it.

use serde::{Deserialize, Serialize};

use super::mentions::{Suggestion, Why};

/// A stretch of a text, in characters: the first that is in it, and the first after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stretch {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// The stretches in their order, those that meet made one.
pub fn merged(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut merged: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for stretch in stretches {
        match merged.last_mut() {
            Some(last) if stretch.start <= last.end => last.end = last.end.max(stretch.end),
            _ => merged.push(stretch),
        }
    }
    merged
}

/// Whether all of a stretch is in one of some that are merged.
pub fn covers(merged: &[Stretch], stretch: Stretch) -> bool {
    merged.iter().any(|one| one.start <= stretch.start && stretch.end <= one.end)
}

/// The text with a note in place of each stretch.
pub fn without(text: &str, stretches: &[Stretch], suggestions: &[Suggestion]) -> String {
    let text: Vec<char> = text.chars().collect();
    let mut said = String::new();
    let mut at = 0;
    for stretch in merged(stretches.to_vec()) {
        said.extend(text.get(at..stretch.start).into_iter().flatten());
        let meets = |why: Why| {
            let meets = |other: &Suggestion| other.stretch.start < stretch.end && stretch.start < other.stretch.end;
            suggestions.iter().any(|suggestion| suggestion.why == why && meets(suggestion))
        };
        said.push_str(match (meets(Why::Address), meets(Why::OtherPerson)) {
            (true, _) => "[address removed]",
            (_, true) => "[name of another person removed]",
            _ => "[words removed]",
        });
        at = stretch.end;
    }
    said.extend(text.get(at..).into_iter().flatten());
    said
}
