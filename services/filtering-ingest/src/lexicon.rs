//! Words that people type, by theme and language: dated lists with an owner, matched whole in one pass over what was
//! typed. `fold` brings both to one form.

mod fold;
#[cfg(test)]
mod neighbours;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use crate::{category, severity};
use fold::Folding;

/// Every list, by its file.
const LISTS: [&str; 20] = [
    include_str!("../data/lexicon/suicide.en.yaml"),
    include_str!("../data/lexicon/suicide.cy.yaml"),
    include_str!("../data/lexicon/suicide.pl.yaml"),
    include_str!("../data/lexicon/suicide.ro.yaml"),
    include_str!("../data/lexicon/suicide.fr.yaml"),
    include_str!("../data/lexicon/suicide.es.yaml"),
    include_str!("../data/lexicon/overdose.en.yaml"),
    include_str!("../data/lexicon/self-harm.en.yaml"),
    include_str!("../data/lexicon/eating-disorders.en.yaml"),
    include_str!("../data/lexicon/sexual-exploitation.en.yaml"),
    include_str!("../data/lexicon/radicalisation.en.yaml"),
    include_str!("../data/lexicon/hate.en.yaml"),
    include_str!("../data/lexicon/bullying.en.yaml"),
    include_str!("../data/lexicon/violence.en.yaml"),
    include_str!("../data/lexicon/drugs.en.yaml"),
    include_str!("../data/lexicon/pornography.en.yaml"),
    include_str!("../data/lexicon/gambling.en.yaml"),
    include_str!("../data/lexicon/circumvention.en.yaml"),
    include_str!("../data/lexicon/criminal-skills.en.yaml"),
    include_str!("../data/lexicon/never-listed.en.yaml"),
];

/// Words that may stand between the parts of a phrase.
const GAP: usize = 3;
/// Letters a phrase has at least that is also found written as one word.
const AS_ONE_WORD: usize = 8;

/// A list as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    list: String,
    language: String,
    version: String,
    owner: String,
    /// Empty for the list of what is never listed of anybody.
    #[serde(default)]
    theme: String,
    /// Words that are also found with two letters swapped that stand beside one another.
    #[serde(default)]
    misspelt: Vec<String>,
    entries: Vec<Entry>,
    /// What contains such words and means something else.
    #[serde(default)]
    allow: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    severity: String,
    terms: Vec<String>,
}

/// A word or phrase of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its theme.
    pub theme: &'static str,
    /// Its severity.
    pub severity: String,
    /// The list, with its language: `suicide (en)`.
    pub list: String,
    /// The list's version, which is its date.
    pub version: String,
    /// The entry of the list: never what somebody typed.
    pub entry: String,
}

/// What was found in a search.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found {
    /// The gravest hit; none where it was about nothing listed, or about something harmless that contains such words.
    pub hit: Option<&'static Hit>,
    /// The themes of all hits, as a set of categories.
    pub themes: u64,
    /// Whether it is about what is never listed of anybody: health, faith, who somebody is, help.
    pub never_listed: bool,
}

/// What a pattern of the automaton stands for.
#[derive(Debug, Clone, Copy)]
enum Piece {
    /// A whole entry.
    Whole(usize),
    /// The n-th of an entry's parts, and whether it is the last.
    Part { entry: usize, n: usize, last: bool },
    /// What makes harmless whatever lies within it.
    Allow,
    /// What is never listed of anybody.
    Never,
}

struct Lexicon {
    patterns: AhoCorasick,
    pieces: Vec<Piece>,
    hits: Vec<Hit>,
    lists: Vec<(String, String, String)>,
}

static LEXICON: LazyLock<Option<Lexicon>> = LazyLock::new(load);

fn load() -> Option<Lexicon> {
    let (mut patterns, mut pieces) = (Vec::new(), Vec::new());
    let (mut hits, mut lists) = (Vec::new(), Vec::new());
    let mut folding = Folding::default();
    for text in LISTS {
        let list: List = serde_saphyr::from_str(text).ok()?;
        let name = format!("{} ({})", list.list, list.language);
        for entry in &list.entries {
            for term in all_forms(&entry.terms)? {
                let parts: Vec<String> = term.split('*').map(|part| folded(&mut folding, part)).collect();
                if parts.iter().any(|part| part.trim().is_empty()) {
                    return None;
                }
                if list.theme.is_empty() {
                    patterns.push(parts.join(""));
                    pieces.push(Piece::Never);
                    continue;
                }
                let at = hits.len();
                hits.push(Hit {
                    theme: category::known(&list.theme)?,
                    severity: entry.severity.clone(),
                    list: name.clone(),
                    version: list.version.clone(),
                    entry: term,
                });
                match parts.as_slice() {
                    [whole] => {
                        let run_together = whole.replace(' ', "");
                        if whole.trim().contains(' ') && run_together.chars().count() >= AS_ONE_WORD {
                            patterns.push(format!(" {run_together} "));
                            pieces.push(Piece::Whole(at));
                        }
                        for swapped in swaps(whole, &list.misspelt) {
                            patterns.push(swapped);
                            pieces.push(Piece::Whole(at));
                        }
                        patterns.push(whole.clone());
                        pieces.push(Piece::Whole(at));
                    }
                    parts => {
                        let part = |n| Piece::Part { entry: at, n, last: n + 1 == parts.len() };
                        pieces.extend((0..parts.len()).map(part));
                        patterns.extend(parts.iter().cloned());
                    }
                }
            }
        }
        for phrase in all_forms(&list.allow)? {
            let phrase = folded(&mut folding, &phrase);
            for phrase in swaps(&phrase, &list.misspelt).into_iter().chain([phrase]) {
                patterns.push(phrase);
                pieces.push(Piece::Allow);
            }
        }
        lists.push((name, list.version, list.owner));
    }
    let patterns = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&patterns).ok()?;
    Some(Lexicon { patterns, pieces, hits, lists })
}

/// A phrase with two letters swapped that stand beside one another, in each of these words and places: the slip that is made
/// most often. They are patterns like any other, so that nothing is done for each search.
fn swaps(phrase: &str, misspelt: &[String]) -> Vec<String> {
    let mut all = Vec::new();
    let mut at = 0;
    for word in phrase.split_inclusive(' ') {
        let letters = word.trim_end().as_bytes();
        if letters.is_ascii() && misspelt.iter().any(|known| known.as_bytes() == letters) {
            for (place, pair) in letters.windows(2).enumerate().filter(|(_, pair)| pair[0] != pair[1]) {
                let (before, after) = (&phrase[..at + place], &phrase[at + place + 2..]);
                all.push(format!("{before}{}{}{after}", char::from(pair[1]), char::from(pair[0])));
            }
        }
        at += word.len();
    }
    all
}

/// The phrases that some terms stand for; none where one of them is not written as it should be.
fn all_forms(terms: &[String]) -> Option<Vec<String>> {
    let mut all = Vec::new();
    for term in terms {
        all.extend(forms(term)?.iter().map(|form| form.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    Some(all)
}

/// The phrases that one term stands for: `(jump|jumping) off` is two, and nothing between two bars is no word. None where a
/// bracket is not closed.
fn forms(term: &str) -> Option<Vec<String>> {
    let Some((before, rest)) = term.split_once('(') else {
        return (!term.contains([')', '|'])).then(|| vec![term.to_owned()]);
    };
    let (any, after) = rest.split_once(')')?;
    let after = forms(after)?;
    Some(any.split('|').flat_map(|one| after.iter().map(move |rest| format!("{before}{one}{rest}"))).collect())
}

fn folded(folding: &mut Folding, text: &str) -> String {
    folding.take(text);
    folding.folded.clone()
}

/// The lists in use: name, version, owner. None where they could not be read, which a test rules out.
pub fn lists() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let all = LEXICON.as_ref().map(|lexicon| lexicon.lists.as_slice()).unwrap_or_default();
    all.iter().map(|(name, version, owner)| (name.as_str(), version.as_str(), owner.as_str()))
}

/// Reads searches one after the other; once its buffers have grown it allocates nothing.
#[derive(Debug, Default)]
pub struct Reader {
    folding: Folding,
    hits: Vec<&'static Hit>,
    allowed: Vec<(usize, usize)>,
    whole: Vec<(usize, usize, usize)>,
    parts: Vec<(usize, usize, usize, usize)>,
}

impl Reader {
    /// What a search was about.
    pub fn read(&mut self, text: &str) -> Found {
        self.hits.clear();
        let Some(lexicon) = LEXICON.as_ref() else { return Found::default() };
        let ways = self.folding.take(text);
        let mut never_listed = self.one_way(lexicon);
        for way in 1..ways {
            self.folding.read(way);
            never_listed |= self.one_way(lexicon);
        }
        self.hits.sort_by_key(grave);
        let themes = self.hits.iter().fold(0, |themes, hit| themes | category::bit(hit.theme));
        Found { hit: self.hits.first().copied(), themes, never_listed }
    }

    /// Everything that was found in the search read last, gravest first.
    pub fn hits(&self) -> &[&'static Hit] {
        &self.hits
    }

    /// Whether a search holds a phrase, both in the form in which words are compared.
    pub fn holds(&mut self, text: &str, phrase: &str) -> bool {
        let phrase = folded(&mut self.folding, phrase);
        let ways = self.folding.take(text);
        !phrase.trim().is_empty()
            && (0..ways).any(|way| {
                self.folding.read(way);
                self.folding.folded.contains(&phrase)
            })
    }

    /// Adds what one reading of the search holds, and answers whether it is about what is never listed.
    fn one_way(&mut self, lexicon: &'static Lexicon) -> bool {
        let Self { folding, allowed, whole, parts, hits } = self;
        let text = folding.folded.as_str();
        allowed.clear();
        whole.clear();
        parts.clear();
        let mut never_listed = false;
        for found in lexicon.patterns.find_overlapping_iter(text) {
            let (start, end) = (found.start(), found.end());
            match lexicon.pieces[found.pattern().as_usize()] {
                Piece::Whole(entry) => whole.push((start, end, entry)),
                Piece::Allow => allowed.push((start, end)),
                Piece::Never => never_listed = true,
                Piece::Part { entry, n: 0, .. } => parts.push((entry, 0, start, end)),
                Piece::Part { entry, n, last } => {
                    // The blank after a part is the one before the next.
                    let near = |from: usize| {
                        let between = text.get(from..start + 1).map(|words| words.split_whitespace().count());
                        between.is_some_and(|words| words <= GAP)
                    };
                    let before = parts.iter().rev().find(|(e, m, _, to)| *e == entry && *m + 1 == n && near(*to));
                    match before.map(|(_, _, began, _)| *began) {
                        Some(began) if last => whole.push((began, end, entry)),
                        Some(began) => parts.push((entry, n, began, end)),
                        None => {}
                    }
                }
            }
        }
        // What lies within a harmless phrase is part of it; what goes beyond it is not.
        let harmless = |start: usize, end: usize| allowed.iter().any(|(from, to)| *from <= start && end <= *to);
        let left = whole.iter().filter(|(start, end, _)| !harmless(*start, *end));
        hits.extend(left.map(|(_, _, entry)| &lexicon.hits[*entry]));
        never_listed
    }
}

/// Orders hits: the graver first, of equally grave ones that of the graver theme.
fn grave(hit: &&'static Hit) -> (std::cmp::Reverse<u8>, u32) {
    (std::cmp::Reverse(severity::rank(&hit.severity)), category::bit(hit.theme).trailing_zeros())
}
