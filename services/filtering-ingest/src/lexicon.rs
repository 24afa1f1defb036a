//! Words that people type, by theme: matched whole, after folding case, accents and spacing.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use crate::category::known;

const DATA: &str = include_str!("../data/lexicon.yaml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    version: String,
    themes: Vec<Theme>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Theme {
    theme: String,
    severity: String,
    terms: Vec<String>,
    allow: Vec<String>,
}

/// A word or phrase that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its theme.
    pub theme: &'static str,
    /// Its severity.
    pub severity: String,
}

struct Lexicon {
    version: String,
    terms: AhoCorasick,
    hits: Vec<Hit>,
    allow: AhoCorasick,
}

static LEXICON: LazyLock<Option<Lexicon>> = LazyLock::new(|| {
    let data: Data = serde_saphyr::from_str(DATA).ok()?;
    let (mut terms, mut hits, mut allow) = (Vec::new(), Vec::new(), Vec::new());
    for theme in data.themes {
        for term in &theme.terms {
            terms.push(format!(" {} ", fold(term)));
            hits.push(Hit { theme: known(&theme.theme)?, severity: theme.severity.clone() });
        }
        allow.extend(theme.allow.iter().map(|phrase| format!(" {} ", fold(phrase))));
    }
    let build = |patterns: &[String]| AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns).ok();
    Some(Lexicon { version: data.version, terms: build(&terms)?, hits, allow: build(&allow)? })
});

/// The version of the words in use; empty where they could not be read, which a test rules out.
pub fn version() -> &'static str {
    LEXICON.as_ref().map(|lexicon| lexicon.version.as_str()).unwrap_or_default()
}

/// The gravest thing a search was about; none where it was about nothing listed, or about something harmless that
/// contains such words.
pub fn find(text: &str) -> Option<&'static Hit> {
    let lexicon = LEXICON.as_ref()?;
    let text = format!(" {} ", fold(text));
    // Harmless phrases are cut out first; what is left decides.
    let mut left = text.clone();
    for found in lexicon.allow.find_overlapping_iter(&text) {
        left.replace_range(found.start() + 1..found.end() - 1, &"_".repeat(found.len() - 2));
    }
    let rank = |hit: &&Hit| (severity_rank(&hit.severity), std::cmp::Reverse(hit.theme));
    lexicon.terms.find_overlapping_iter(&left).map(|m| &lexicon.hits[m.pattern().as_usize()]).max_by_key(rank)
}

/// Orders severities, gravest highest.
pub fn severity_rank(severity: &str) -> u8 {
    match severity {
        "critical" => 3,
        "high" => 2,
        "medium" => 1,
        _ => 0,
    }
}

/// Lower case, accents off, digits that stand for letters read as such inside words, everything else a single blank.
fn fold(text: &str) -> String {
    let plain = |c: char| match c {
        'à' | 'á' | 'â' | 'ä' | 'å' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    };
    let mut folded = String::with_capacity(text.len());
    for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’') {
        let letters = word.chars().any(char::is_alphabetic);
        let unleet = |c: char| match c {
            '0' if letters => 'o',
            '1' | '!' if letters => 'i',
            '3' if letters => 'e',
            '4' if letters => 'a',
            '5' if letters => 's',
            other => other,
        };
        let word: String = word.chars().filter(|c| *c != '\'' && *c != '’').map(plain).map(unleet).collect();
        if !word.is_empty() {
            if !folded.is_empty() {
                folded.push(' ');
            }
            folded.push_str(&word);
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn theme(text: &str) -> Option<(&'static str, &'static str)> {
        find(text).map(|hit| (hit.theme, hit.severity.as_str()))
    }

    #[test]
    fn words_are_found_however_they_are_typed_and_only_whole() {
        assert!(!version().is_empty());
        assert_eq!(theme("How to SELF-HARM"), Some(("self_harm_suicide", "high")));
        assert_eq!(theme("i want to k1ll  mys3lf"), Some(("self_harm_suicide", "critical")));
        assert_eq!(theme("i don’t want to live"), Some(("self_harm_suicide", "critical")));
        assert_eq!(theme("romeo and juliet"), None);
        assert_eq!(theme("how to hang a picture"), None);
        assert_eq!(theme("scunthorpe essex cocktail"), None);
        assert_eq!(theme("suicide squad cast"), None);
        assert_eq!(theme("how does contraception work"), None);
    }

    proptest! {
        #[test]
        fn nothing_typed_makes_it_panic(text in ".{0,100}") {
            let _ = find(&text);
        }

        #[test]
        fn a_term_is_found_wherever_it_stands(before in "[a-z]{0,8}", after in "[a-z]{0,8}") {
            let text = format!("{before} kill myself {after}");
            prop_assert_eq!(theme(&text).map(|(theme, _)| theme), Some("self_harm_suicide"));
        }
    }
}
