//! How people are called in a print: by their names, or by labels such as `Victim 1`, also in what was written about them.

use std::collections::HashMap;

use crate::{
    case::{Case, Involvement},
    lesson::no_name,
};

/// A word of a name is at least this long; shorter ones are initials.
const SHORTEST: usize = 3;

/// How the people of one case are called.
#[derive(Debug)]
pub struct People<'a> {
    parts: &'a [Involvement],
    labels: Vec<String>,
    /// The label of each word of a name; none where everybody stands by their name.
    words: HashMap<String, String>,
}

/// A part in words.
pub fn part(role: &str) -> String {
    let spaced = role.replace('_', " ");
    let mut letters = spaced.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn bare(word: &str) -> String {
    let word = word.trim_end_matches("'s").trim_end_matches("’s");
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

impl<'a> People<'a> {
    /// The people of a case, by their names or by labels.
    pub fn of(case: &'a Case, names: bool) -> Self {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        let (mut labels, mut words) = (Vec::new(), HashMap::new());
        for involvement in &case.involvements {
            let count = counts.entry(involvement.role.as_str()).or_default();
            *count += 1;
            let label = format!("{} {count}", part(&involvement.role));
            if !names {
                let own = involvement.person.split_whitespace().map(bare);
                for word in own.filter(|word| word.chars().count() >= SHORTEST && !no_name(word)) {
                    words.entry(word).or_insert_with(|| label.clone());
                }
            }
            labels.push(label);
        }
        Self { parts: &case.involvements, labels, words }
    }

    /// Each person: label, name (empty where they stand by the label), part, year group.
    pub fn rows(&self) -> impl Iterator<Item = [String; 4]> {
        self.parts.iter().zip(&self.labels).map(|(involvement, label)| {
            let name = if self.words.is_empty() { involvement.person.clone() } else { String::new() };
            let ended = if involvement.ended.is_some() { " (ended)" } else { "" };
            [label.clone(), name, part(&involvement.role) + ended, involvement.year_group.clone()]
        })
    }

    /// What was written, with people called as they are called here.
    pub fn told(&self, text: &str) -> String {
        if self.words.is_empty() {
            return text.to_owned();
        }
        let mut told: Vec<String> = Vec::new();
        let mut last = "";
        for word in text.split(' ') {
            match self.words.get(&bare(word)) {
                // A first and a family name are one person.
                Some(label) if label == last => {}
                Some(label) => {
                    last = label;
                    let end = word.trim_end_matches(|c: char| !c.is_alphanumeric());
                    told.push(format!("[{label}]{}", &word[end.len()..]));
                }
                None => {
                    last = "";
                    told.push(word.to_owned());
                }
            }
        }
        told.join(" ")
    }
}
