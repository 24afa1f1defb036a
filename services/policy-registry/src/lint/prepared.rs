//! The data's words and expressions made ready for looking, once a template: every phrase is found in one pass.

use std::{collections::HashMap, ops::Range, sync::Arc};

use aho_corasick::AhoCorasick;
use regex::{Regex, RegexSet, RegexSetBuilder};

use super::{
    data::{Data, Phrase, Slip},
    words::Words,
};
use crate::{document::plain, remembered::Remembered};

/// What was made ready last.
static KNOWN: Remembered<Data, Ready> = Remembered::new(16);

/// A list of phrases in the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum List {
    Superseded,
    Renamed,
    Rules,
    Leftovers,
    Editions,
}

impl List {
    const ALL: [Self; 5] = [Self::Superseded, Self::Renamed, Self::Rules, Self::Leftovers, Self::Editions];

    pub fn of(self, data: &Data) -> &[Phrase] {
        match self {
            Self::Superseded => &data.superseded,
            Self::Renamed => &data.renamed,
            Self::Rules => &data.rules,
            Self::Leftovers => &data.leftovers,
            Self::Editions => &data.editions,
        }
    }
}

/// What a phrase is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    /// A phrase of a list: its entry, and which of the entry's phrases.
    Phrase(List, usize, usize),
    /// Words that excuse an entry of a list.
    Excuse(List, usize),
    /// Words that promise without saying when.
    Weak(usize),
    /// A word spelt wrong, by its place among them.
    Spelling(usize),
    /// A name of an area.
    Area(usize, usize),
    /// A title of the guidance register.
    Guidance(usize),
}

/// Groups of words by their numbers in the vocabulary; one of each group is asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked(Vec<Vec<usize>>);

/// Which words of the vocabulary a text holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Held(Vec<u64>);

impl Held {
    fn set(&mut self, word: usize) {
        if let Some(block) = self.0.get_mut(word / 64) {
            *block |= 1 << (word % 64);
        }
    }

    fn has(&self, word: usize) -> bool {
        self.0.get(word / 64).is_some_and(|block| block & (1 << (word % 64)) != 0)
    }

    /// What either holds.
    pub fn with(&self, other: &Self) -> Self {
        let pairs = self.0.iter().zip(&other.0);
        Self(pairs.map(|(a, b)| a | b).collect())
    }
}

impl Asked {
    /// Whether a text holds one word of each group.
    pub fn within(&self, held: &Held) -> bool {
        self.0.iter().all(|group| group.iter().any(|word| held.has(*word)))
    }
}

/// The data made ready.
#[derive(Debug)]
pub(super) struct Ready {
    phrases: Option<AhoCorasick>,
    owners: Vec<Vec<Owner>>,
    vocabulary: Option<AhoCorasick>,
    words: usize,
    asked: HashMap<String, Asked>,
    /// Which expression belongs to which slip.
    slips: Vec<(usize, Arc<Regex>)>,
    slip_set: Option<RegexSet>,
}

impl Ready {
    /// The data made ready, once.
    pub fn of(data: &Data) -> Arc<Self> {
        KNOWN.of(data, Self::new)
    }

    fn new(data: &Data) -> Self {
        let mut said: Vec<String> = Vec::new();
        let mut owners: Vec<Vec<Owner>> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut add = |phrase: &str, owner: Owner| {
            let words = plain(phrase);
            if words.is_empty() {
                return;
            }
            let place = *known.entry(words.clone()).or_insert_with(|| {
                said.push(format!(" {words} "));
                owners.push(Vec::new());
                owners.len() - 1
            });
            owners.get_mut(place).into_iter().for_each(|owners| owners.push(owner));
        };
        for list in List::ALL {
            for (entry, phrase) in list.of(data).iter().enumerate() {
                for (at, words) in phrase.phrases.iter().enumerate() {
                    add(words, Owner::Phrase(list, entry, at));
                }
                for words in &phrase.unless {
                    add(words, Owner::Excuse(list, entry));
                }
            }
        }
        data.weak_frequencies.iter().enumerate().for_each(|(at, words)| add(words, Owner::Weak(at)));
        data.spelling.keys().enumerate().for_each(|(at, wrong)| add(wrong, Owner::Spelling(at)));
        for (at, area) in data.areas.iter().enumerate() {
            area.names.iter().enumerate().for_each(|(name, words)| add(words, Owner::Area(at, name)));
        }
        for (at, guidance) in data.guidance.iter().enumerate() {
            guidance.titles.iter().for_each(|title| add(title, Owner::Guidance(at)));
        }
        let (vocabulary, asked) = asked(data);
        let slips: Vec<(usize, Arc<Regex>)> = data
            .slips
            .iter()
            .enumerate()
            .flat_map(|(at, slip)| slip.expressions().map(move |shape| (at, shape)))
            .collect();
        let set = RegexSetBuilder::new(slips.iter().map(|(_, shape)| shape.as_str())).size_limit(LARGEST_SET).build();
        Self {
            phrases: AhoCorasick::new(&said).ok(),
            owners,
            words: vocabulary.len(),
            vocabulary: AhoCorasick::new(&vocabulary).ok(),
            asked,
            slips,
            slip_set: set.ok(),
        }
    }

    /// The phrases that stand in a text: who looks for each, and the bytes it stands at.
    pub fn phrases<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (&'a [Owner], usize, usize)> + 'a {
        let found = self.phrases.iter().flat_map(move |phrases| phrases.find_overlapping_iter(text));
        found.filter_map(|found| {
            let owners = self.owners.get(found.pattern().as_usize())?;
            Some((owners.as_slice(), found.start() + 1, found.end().saturating_sub(1)))
        })
    }

    /// Which words of the vocabulary stand in a text.
    pub fn held(&self, text: &str) -> Held {
        let mut held = Held(vec![0; self.words.div_ceil(64)]);
        if let Some(vocabulary) = &self.vocabulary {
            vocabulary.find_overlapping_iter(text).for_each(|found| held.set(found.pattern().as_usize()));
        }
        held
    }

    /// The words a rule asks for.
    pub fn asked(&self, words: &Words) -> Asked {
        self.asked.get(words.written()).cloned().unwrap_or_default()
    }

    /// The slips in a line, with the bytes each stands at.
    pub fn slips<'a>(&'a self, data: &'a Data, text: &'a str) -> impl Iterator<Item = (&'a Slip, Range<usize>)> + 'a {
        let which: Vec<usize> = match &self.slip_set {
            Some(set) => set.matches(text).iter().collect(),
            None => (0..self.slips.len()).collect(),
        };
        which.into_iter().filter_map(move |at| {
            let (slip, shape) = self.slips.get(at)?;
            Some((data.slips.get(*slip)?, shape.find(text)?.range()))
        })
    }
}

/// How large the expressions of a template may be together.
const LARGEST_SET: usize = 64 << 20;

/// Every word that rules ask for, a space before each, and each rule's groups by their places among them.
fn asked(data: &Data) -> (Vec<String>, HashMap<String, Asked>) {
    let mut vocabulary: Vec<String> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut asked = HashMap::new();
    let duties = data.duties.iter().flat_map(|duty| {
        duty.r#where.iter().chain(&duty.when).chain(&duty.under).chain(&duty.said).chain(&duty.headed)
    });
    let outdated = data.outdated.iter().flat_map(|rule| [&rule.when].into_iter().chain(&rule.unless));
    let unlisted = data.unlisted.iter().flat_map(|rule| [&rule.said].into_iter().chain(&rule.unless));
    let inapplicable = data.inapplicable.iter().map(|rule| &rule.when);
    let contradictions =
        data.contradictions.iter().flat_map(|rule| [&rule.one, &rule.other].into_iter().chain(&rule.unless));
    for words in duties.chain(inapplicable).chain(contradictions).chain(outdated).chain(unlisted) {
        let number = |word: &String| {
            *known.entry(word.clone()).or_insert_with(|| {
                vocabulary.push(word.clone());
                vocabulary.len() - 1
            })
        };
        let mut number = number;
        let groups = words.groups().iter().map(|group| group.iter().map(&mut number).collect()).collect();
        asked.insert(words.written().to_owned(), Asked(groups));
    }
    (vocabulary, asked)
}
