//! How `lint.yaml` says which words a paragraph must hold: `filter | monitor + every year | yearly` asks for one word of
//! each group, in any order. Words are matched from their beginning, whatever case, apostrophes and marks are used.

use serde::{Deserialize, Serialize};

use crate::document::plain;

/// Groups of words; one of each group is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Words {
    written: String,
    groups: Vec<Vec<String>>,
}

impl From<String> for Words {
    fn from(written: String) -> Self {
        let group =
            |group: &str| group.split('|').map(|word| format!(" {}", plain(word))).filter(|w| w.len() > 1).collect();
        let groups = written.split('+').map(group).collect();
        Self { written, groups }
    }
}

impl From<Words> for String {
    fn from(words: Words) -> Self {
        words.written
    }
}

impl Words {
    /// As it is written in the data.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The words of each group, a space before each.
    pub fn groups(&self) -> &[Vec<String>] {
        &self.groups
    }

    /// Whether a text, made plain and with a space before it, holds one word of each group.
    pub fn within(&self, text: &str) -> bool {
        self.groups.iter().all(|group| group.iter().any(|word| text.contains(word.as_str())))
    }
}

/// A text as `Words` are looked for in it.
pub fn spaced(text: &str) -> String {
    format!(" {} ", plain(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_of_each_group_is_asked_for() {
        let words = Words::from("filter | monitor + every year | yearly".to_owned());
        assert!(words.within(&spaced("Every year we look at Filtering.")));
        assert!(!words.within(&spaced("We filter every day.")) && !words.within(&spaced("Yearly, unfiltered.")));
    }
}
