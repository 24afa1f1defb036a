//! Words that people type, by theme and language: dated lists with an owner, matched whole in one pass over what was
//! typed. `fold` brings both to one form, `slip` finds the words that somebody mistyped.

mod fold;
mod lists;
#[cfg(test)]
mod mistyped;
#[cfg(test)]
mod neighbours;
mod slip;
#[cfg(test)]
mod tests;

use std::{collections::HashSet, sync::LazyLock};

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use crate::{category, severity};
pub use fold::JUDGED;
use fold::{Folding, windows};
use lists::LISTS;
use slip::{LONG, Slip, Slips};

/// Words that may stand between the parts of a phrase.
const GAP: usize = 3;
/// Letters a phrase has at least that is also found written as one word.
const AS_ONE_WORD: usize = 8;
/// Parts of phrases that are looked back on.
const BEHIND_MOST: usize = 512;
/// Mistyped words that a phrase is found in at most.
const SLIPS_MOST: usize = 2;
/// Ways of reading signs in which mistyped words are looked for, too.
const SLIP_WAYS: u32 = 2;
/// Ways in which the further pieces of a long text are read.
const FURTHER_WAYS: u32 = 4;

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
    /// Whether nobody who speaks the language has reviewed it yet.
    #[serde(default)]
    awaits_speaker: bool,
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
    /// Where it is another than the list's.
    #[serde(default)]
    theme: String,
    /// Whether no policy makes it less grave.
    #[serde(default)]
    never_lowered: bool,
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
    /// Whether no policy makes it less grave: a child says that it is hurt.
    pub never_lowered: bool,
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
    /// A whole entry that counts where nothing else was typed: `=kms`, which means kilometres elsewhere.
    Alone(usize),
    /// The n-th of an entry's parts, and whether it is the last.
    Part { entry: usize, n: usize, last: bool },
    /// What makes harmless whatever lies within it.
    Allow,
    /// What is never listed of anybody.
    Never,
}

/// A list as it is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name, with its language: `suicide (en)`.
    pub name: String,
    /// Its language.
    pub language: String,
    /// Its version, which is its date.
    pub version: String,
    /// Who answers for it.
    pub owner: String,
    /// Whether nobody who speaks the language has reviewed it yet.
    pub awaits_speaker: bool,
}

struct Lexicon {
    patterns: AhoCorasick,
    pieces: Vec<Piece>,
    hits: Vec<Hit>,
    lists: Vec<Listed>,
    slips: Slips,
}

static LEXICON: LazyLock<Option<Lexicon>> = LazyLock::new(load);

/// What the lists are made into, one after the other.
#[derive(Default)]
struct Making {
    folding: Folding,
    patterns: Vec<String>,
    pieces: Vec<Piece>,
    hits: Vec<Hit>,
    /// Words in which slips are looked for, and all that are read as they stand.
    words: HashSet<String>,
    known: HashSet<String>,
}

fn load() -> Option<Lexicon> {
    let (mut making, mut lists) = (Making::default(), Vec::new());
    for text in LISTS {
        let list: List = serde_saphyr::from_str(text).ok()?;
        let name = format!("{} ({})", list.list, list.language);
        making.entries(&list, &name)?;
        for phrase in all_forms(&list.allow)? {
            let phrase = making.folded(&phrase, list.language == "en");
            making.add(phrase, Piece::Allow);
        }
        let List { language, version, owner, awaits_speaker, .. } = list;
        lists.push(Listed { name, language, version, owner, awaits_speaker });
    }
    let Making { patterns, pieces, hits, words, known, .. } = making;
    let slips = Slips::new(words, known)?;
    let patterns = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&patterns).ok()?;
    Some(Lexicon { patterns, pieces, hits, lists, slips })
}

impl Making {
    /// Adds the entries of a list; none where one is not written as it should be.
    fn entries(&mut self, list: &List, name: &str) -> Option<()> {
        for entry in &list.entries {
            for term in all_forms(&entry.terms)? {
                // Slips are looked for in the words of the lists beside which ordinary words are reviewed.
                let slips = list.language == "en" && !list.theme.is_empty();
                let parts: Vec<String> = term.split('*').map(|part| self.folded(part, slips)).collect();
                if parts.iter().any(|part| part.trim().is_empty()) {
                    return None;
                }
                if list.theme.is_empty() {
                    self.add(parts.join(""), Piece::Never);
                    continue;
                }
                let at = self.hits.len();
                let theme = if entry.theme.is_empty() { &list.theme } else { &entry.theme };
                self.hits.push(Hit {
                    theme: category::known(theme)?,
                    severity: entry.severity.clone(),
                    list: name.to_owned(),
                    version: list.version.clone(),
                    never_lowered: entry.never_lowered,
                    entry: term,
                });
                self.phrase(at, &parts);
            }
        }
        Some(())
    }

    /// Adds the patterns of an entry.
    fn phrase(&mut self, at: usize, parts: &[String]) {
        let [whole] = parts else {
            for (n, part) in parts.iter().enumerate() {
                self.add(part.clone(), Piece::Part { entry: at, n, last: n + 1 == parts.len() });
            }
            return;
        };
        if self.hits[at].entry.starts_with('=') {
            self.add(whole.clone(), Piece::Alone(at));
            return;
        }
        let run_together = whole.replace(' ', "");
        if whole.trim().contains(' ') && run_together.chars().count() >= AS_ONE_WORD {
            self.add(format!(" {run_together} "), Piece::Whole(at));
        }
        self.add(whole.clone(), Piece::Whole(at));
    }

    /// Adds a pattern. Where words are written without blanks none is asked for at its ends.
    fn add(&mut self, pattern: String, piece: Piece) {
        let pattern = if pattern.chars().any(unspaced) { pattern.trim().to_owned() } else { pattern };
        self.patterns.push(pattern);
        self.pieces.push(piece);
    }

    /// A phrase in the form in which words are compared; its words are known from there on.
    fn folded(&mut self, phrase: &str, slips: bool) -> String {
        let phrase = folded(&mut self.folding, phrase);
        for word in phrase.split_whitespace() {
            self.known.insert(word.to_owned());
            if slips {
                self.words.insert(word.to_owned());
            }
        }
        phrase
    }
}

/// Whether a letter is of a script that puts no blanks between words, or hangs endings on them.
fn unspaced(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}')
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

/// The lists in use. None where they could not be read, which a test rules out.
pub fn lists() -> &'static [Listed] {
    LEXICON.as_ref().map(|lexicon| lexicon.lists.as_slice()).unwrap_or_default()
}

/// Reads searches one after the other; once its buffers have grown it allocates little.
#[derive(Debug, Default)]
pub struct Reader {
    folding: Folding,
    hits: Hits,
    matches: Matches,
    mending: Mending,
}

impl Reader {
    /// What a search was about.
    pub fn read(&mut self, text: &str) -> Found {
        self.hits.clear();
        let Some(lexicon) = LEXICON.as_ref() else { return Found::default() };
        let mut never_listed = false;
        for (n, piece) in windows(text).enumerate() {
            let ways = self.folding.take(piece);
            let ways = if n == 0 { ways } else { ways.min(FURTHER_WAYS) };
            for way in 0..ways {
                if way > 0 {
                    self.folding.read(way);
                }
                never_listed |= self.matches.find(lexicon, &self.folding.folded);
                for (_, _, entry) in &self.matches.whole {
                    self.hits.add(lexicon, *entry);
                }
                if way < SLIP_WAYS {
                    self.mend(lexicon);
                }
            }
        }
        self.hits.all.sort_by_key(grave);
        let themes = self.hits.all.iter().fold(0, |themes, hit| themes | category::bit(hit.theme));
        Found { hit: self.hits.all.first().copied(), themes, never_listed }
    }

    /// Everything that was found in the search read last, gravest first.
    pub fn hits(&self) -> &[&'static Hit] {
        &self.hits.all
    }

    /// Whether a hit in the search read last is there only because a mistyped word was read as the one that was meant.
    pub fn by_slip(&self, hit: &Hit) -> bool {
        self.hits.slipped.iter().any(|slipped| std::ptr::eq(*slipped, hit))
    }

    /// Whether a search holds a phrase, both in the form in which words are compared.
    pub fn holds(&mut self, text: &str, phrase: &str) -> bool {
        let phrase = folded(&mut self.folding, phrase);
        !phrase.trim().is_empty()
            && windows(text).enumerate().any(|(n, piece)| {
                let ways = self.folding.take(piece);
                let ways = if n == 0 { ways } else { ways.min(FURTHER_WAYS) };
                (0..ways).any(|way| {
                    self.folding.read(way);
                    self.folding.folded.contains(&phrase)
                })
            })
    }

    /// Adds what the reading holds once its mistyped words are read as those that were meant.
    fn mend(&mut self, lexicon: &'static Lexicon) {
        let readings = self.mending.take(&lexicon.slips, &self.folding.folded);
        for reading in 0..readings {
            self.mending.read(&lexicon.slips, &self.folding.folded, reading);
            self.matches.find(lexicon, &self.mending.text);
            for (start, end, entry) in &self.matches.whole {
                if self.mending.counts(*start, *end) && self.hits.add(lexicon, *entry) {
                    self.hits.slipped.push(&lexicon.hits[*entry]);
                }
            }
        }
    }
}

/// The entries that a search holds, each once, however often it stands there.
#[derive(Debug, Default)]
struct Hits {
    all: Vec<&'static Hit>,
    /// Those that are there by a slip alone.
    slipped: Vec<&'static Hit>,
    entries: Vec<usize>,
    known: Vec<bool>,
}

impl Hits {
    fn clear(&mut self) {
        self.all.clear();
        self.slipped.clear();
        self.entries.drain(..).for_each(|entry| self.known[entry] = false);
    }

    /// Adds one, and answers whether it was not there before.
    fn add(&mut self, lexicon: &'static Lexicon, entry: usize) -> bool {
        self.known.resize(lexicon.hits.len(), false);
        if std::mem::replace(&mut self.known[entry], true) {
            return false;
        }
        self.entries.push(entry);
        self.all.push(&lexicon.hits[entry]);
        true
    }
}

/// What a text holds.
#[derive(Debug, Default)]
struct Matches {
    allowed: Vec<(usize, usize)>,
    /// Where each entry begins and ends that stands in the text, and is not harmless there.
    whole: Vec<(usize, usize, usize)>,
    parts: Vec<(usize, usize, usize, usize)>,
}

impl Matches {
    /// Finds what a text holds, and answers whether it is about what is never listed.
    fn find(&mut self, lexicon: &Lexicon, text: &str) -> bool {
        let Self { allowed, whole, parts } = self;
        allowed.clear();
        whole.clear();
        parts.clear();
        let mut never_listed = false;
        for found in lexicon.patterns.find_overlapping_iter(text) {
            let (start, end) = (found.start(), found.end());
            match lexicon.pieces[found.pattern().as_usize()] {
                Piece::Whole(entry) => whole.push((start, end, entry)),
                Piece::Alone(entry) if start == 0 && end == text.len() => whole.push((start, end, entry)),
                Piece::Alone(_) => {}
                Piece::Allow => allowed.push((start, end)),
                Piece::Never => never_listed = true,
                Piece::Part { entry, n: 0, .. } => parts.push((entry, 0, start, end)),
                Piece::Part { entry, n, last } => {
                    // The blank after a part is the one before the next.
                    let near = |from: usize| {
                        let between = text.get(from..start + 1).map(|words| words.split_whitespace().count());
                        between.is_some_and(|words| words <= GAP)
                    };
                    // Only the last few can be near: a text of one word over and over is no dearer than another.
                    let mut behind = parts.iter().rev().take(BEHIND_MOST);
                    let before = behind.find(|(e, m, _, to)| *e == entry && *m + 1 == n && near(*to));
                    match before.map(|(_, _, began, _)| *began) {
                        Some(began) if last => whole.push((began, end, entry)),
                        Some(began) => parts.push((entry, n, began, end)),
                        None => {}
                    }
                }
            }
        }
        // What lies within a harmless phrase is part of it; what goes beyond it is not.
        whole.retain(|(start, end, _)| !allowed.iter().any(|(from, to)| from <= start && end <= to));
        never_listed
    }
}

/// A reading whose mistyped words are read as the ones that were meant.
#[derive(Debug, Default)]
struct Mending {
    /// Of each mistyped word where it stands among the words, and what it may have been meant as.
    meant: Vec<(usize, Vec<(Slip, usize)>)>,
    text: String,
    /// Where the mended words stand in the text.
    spans: Vec<(usize, usize, Slip)>,
}

impl Mending {
    /// Looks for mistyped words. Answers in how many ways they can be read.
    fn take(&mut self, slips: &Slips, text: &str) -> usize {
        self.meant.clear();
        let mut meant = Vec::new();
        for (at, word) in text.split_whitespace().enumerate() {
            slips.meant(word, &mut meant);
            if !meant.is_empty() {
                self.meant.push((at, std::mem::take(&mut meant)));
            }
        }
        self.meant.iter().map(|(_, meant)| meant.len()).max().unwrap_or_default()
    }

    /// Reads the text in one of these ways.
    fn read(&mut self, slips: &Slips, text: &str, reading: usize) {
        let Self { meant, text: mended, spans } = self;
        mended.clear();
        mended.push(' ');
        spans.clear();
        let mut mistyped = meant.iter().peekable();
        for (at, word) in text.split_whitespace().enumerate() {
            match mistyped.next_if(|(place, _)| *place == at).and_then(|(_, all)| all.get(reading).or(all.last())) {
                Some((slip, word)) => {
                    let start = mended.len();
                    mended.push_str(slips.word(*word));
                    spans.push((start, mended.len(), *slip));
                }
                None => mended.push_str(word),
            }
            mended.push(' ');
        }
    }

    /// Whether what stands there is there by few enough slips; of a single word only by a plain one in a long word.
    fn counts(&self, start: usize, end: usize) -> bool {
        let first = self.spans.partition_point(|(from, ..)| *from < start);
        let mut within = self.spans[first..].iter().take_while(|(_, to, ..)| *to <= end);
        let Some((from, to, slip)) = within.next() else { return false };
        let single = self.text.get(start..end).is_some_and(|text| !text.trim().contains(' '));
        let sure = *slip == Slip::Plain && to - from >= LONG;
        (!single || sure) && within.take(SLIPS_MOST).count() < SLIPS_MOST
    }
}

/// Orders hits: the graver first, of equally grave ones that of the graver theme.
fn grave(hit: &&'static Hit) -> (std::cmp::Reverse<u8>, u32) {
    (std::cmp::Reverse(severity::rank(&hit.severity)), category::bit(hit.theme).trailing_zeros())
}
