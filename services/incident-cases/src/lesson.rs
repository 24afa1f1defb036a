//! Which names a text holds that is to leave a case: those of the people in it, and of whom its concerns are about.

use std::collections::HashSet;

/// Words that stand beside names and are none.
const NO_NAMES: &[&str] = &[
    "a",
    "about",
    "after",
    "alert",
    "an",
    "and",
    "another",
    "boy",
    "boys",
    "child",
    "children",
    "class",
    "dr",
    "father",
    "filter",
    "form",
    "friend",
    "from",
    "girl",
    "girls",
    "group",
    "he",
    "head",
    "her",
    "him",
    "his",
    "in",
    "is",
    "learner",
    "learners",
    "member",
    "miss",
    "mother",
    "mr",
    "mrs",
    "ms",
    "my",
    "not",
    "of",
    "on",
    "one",
    "or",
    "parent",
    "parents",
    "pupil",
    "pupils",
    "reception",
    "school",
    "she",
    "sibling",
    "sister",
    "brother",
    "some",
    "somebody",
    "someone",
    "staff",
    "student",
    "students",
    "teacher",
    "the",
    "their",
    "them",
    "they",
    "to",
    "two",
    "unknown",
    "was",
    "with",
    "year",
    "years",
];

/// Names that are everyday words as well: in a text they are names where they are written with a capital letter.
const EVERYDAY: &[&str] = &[
    "art", "bill", "dale", "dawn", "dean", "faith", "frank", "glen", "grace", "guy", "hope", "iris", "jack", "joy",
    "june", "king", "lily", "mark", "max", "may", "page", "pat", "penny", "rob", "robin", "rose", "ruby", "sky",
    "summer", "sue", "will", "young",
];

/// How many words a description may have to be read as a name although nothing in it is written with a capital letter.
const SHORT: usize = 3;

/// The names a case knows.
#[derive(Debug, Default)]
pub struct Names(HashSet<String>);

/// Whether a word, in small letters, stands beside names and is none.
pub fn no_name(word: &str) -> bool {
    NO_NAMES.contains(&word)
}

/// Whether a word, in small letters, is an everyday word that is a name as well.
pub fn everyday(word: &str) -> bool {
    EVERYDAY.contains(&word)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty())
}

fn capital(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

fn small(word: &str) -> String {
    word.to_lowercase()
}

impl Names {
    /// Learns who is in the case: every word of it is a name.
    pub fn person(&mut self, person: &str) {
        let names = words(person).filter(|word| word.chars().count() > 1).map(small);
        self.0.extend(names.filter(|word| !NO_NAMES.contains(&word.as_str())));
    }

    /// Learns whom a concern is about, as somebody wrote it: the words with a capital letter, or all of a few.
    pub fn about(&mut self, about: &str) {
        let few = words(about).count() <= SHORT;
        let any = words(about).skip(1).any(capital);
        let names = words(about).filter(|word| word.chars().count() > 2 && (capital(word) || (few && !any)));
        self.0.extend(names.map(small).filter(|word| !NO_NAMES.contains(&word.as_str())));
    }

    /// Whether a text holds one of them.
    pub fn in_text(&self, text: &str) -> bool {
        words(text).any(|word| {
            let name = small(word);
            self.0.contains(&name) && (capital(word) || !everyday(&name))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        names.person("Kai O’Brien-Hale");
        names.person("may sutton");
        names.person("Zoë");
        names.about("Jo Marsh in Year 8, by a boy from Form 9C");
        names.about("ravi p");
        names.about("A filter alert");
        names
    }

    #[test]
    fn a_name_the_case_knows_is_found_however_it_is_written() {
        for text in [
            "Kai was not seen.",
            "kai’s phone",
            "We asked BRIEN about it.",
            "(hale)",
            "Ask May first.",
            "sutton",
            "zoë",
            "Tell Marsh’s parents.",
            "ravi",
        ] {
            assert!(names().in_text(text), "{text}");
        }
    }

    #[test]
    fn what_names_nobody_passes() {
        for text in [
            "Staff may look at a phone with the head beside them; every year we train on it.",
            "A learner in Year 8 waited: the form should say who rings the parents, and a filter alert is read at once.",
            "Kairos, brienz, halemouth",
            "",
        ] {
            assert!(!names().in_text(text), "{text}");
        }
    }
}
