//! The template prepared for comparing documents with it, once: its words with what each says, and where they stand.

use std::{collections::HashMap, sync::Arc};

use aho_corasick::AhoCorasick;

use super::{
    similarity::{Rarity, words},
    wording::{Piece, pieces},
};
use crate::{
    document::{Paragraph, plain},
    remembered::Remembered,
    template::{Clause, Section, Template},
};

/// The templates that documents were compared with last.
static KNOWN: Remembered<Vec<Section>, Aligner> = Remembered::new(16);

/// The template prepared for comparing.
pub(super) struct Aligner {
    pub candidates: Vec<Candidate>,
    pub sections: Vec<String>,
    /// The cues of the sections' headings, and the section and length of each.
    pub headed: Option<AhoCorasick>,
    pub cued_sections: Vec<(usize, f64)>,
    rarity: Rarity,
    /// The words of the clauses.
    pub index: HashMap<String, Stands>,
    /// The number of each word that carries matter.
    stems: HashMap<String, usize>,
    /// Where those words stand, by their numbers.
    matter: Vec<Matter>,
    /// How many cues the clauses have together.
    cues: usize,
}

pub(super) struct Candidate {
    pub section: String,
    /// The id of its clause.
    pub clause: String,
    pub cues: Vec<Cue>,
    /// How much its cues weigh together.
    pub cued: f64,
    pub blanks: bool,
    /// How much its words weigh together.
    pub whole: f64,
}

/// A cue of a clause.
pub(super) struct Cue {
    /// Its number among all cues.
    pub number: usize,
    /// Its words with a space before and after each.
    pub said: String,
    /// Those that carry matter, by their numbers, with their weights.
    pub words: Vec<(usize, f64)>,
    pub weight: f64,
}

/// In which clauses a word stands.
#[derive(Default)]
pub(super) struct Stands {
    /// The clauses, and how often it stands in each.
    pub places: Vec<(usize, u32)>,
    /// What it says about a text.
    pub rare: f64,
}

/// Where a word that carries matter stands.
#[derive(Default)]
struct Matter {
    /// The clauses, with its weight in each.
    clauses: Vec<(usize, f64)>,
    /// The cues, by their numbers.
    cues: Vec<usize>,
}

/// A paragraph as it is held against clauses and their cues.
pub(super) struct Said {
    /// Its words with a space before and after each.
    pub text: String,
    /// The weight of each word in it, by its number; 0 where it is not in it.
    pub weights: Vec<f64>,
    /// How alike its words and those of each clause are.
    pub alike: Vec<f64>,
    /// Which cues it has a word of.
    pub cues: Vec<bool>,
}

impl Aligner {
    /// The template prepared, once.
    pub fn of(template: &Template) -> Arc<Self> {
        KNOWN.of(&template.sections, |sections| Self::new(sections))
    }

    fn new(sections: &[Section]) -> Self {
        let clauses =
            || sections.iter().flat_map(|section| section.clauses.iter().map(move |clause| (section, clause)));
        let texts: Vec<Vec<String>> =
            clauses().map(|(_, clause)| words(&format!("{} {}", clause.text, clause.cues.join(" ")))).collect();
        let rarity = Rarity::of(texts.iter().map(Vec::as_slice));
        let (headed, cued_sections) = headings(sections);
        let mut aligner = Self {
            candidates: Vec::new(),
            sections: sections.iter().map(|section| section.id.clone()).collect(),
            headed,
            cued_sections,
            rarity,
            index: HashMap::new(),
            stems: HashMap::new(),
            matter: Vec::new(),
            cues: 0,
        };
        for ((section, clause), text) in clauses().zip(texts) {
            aligner.add(section, clause, text);
        }
        let all = count(aligner.candidates.len());
        for stands in aligner.index.values_mut() {
            stands.rare = rare(all, count(stands.places.len()));
        }
        let mut index: Vec<(&String, &Stands)> = aligner.index.iter().collect();
        index.sort_unstable_by_key(|(word, _)| *word);
        for (place, times, rare) in
            index.into_iter().flat_map(|(_, stands)| stands.places.iter().map(|(place, n)| (*place, *n, stands.rare)))
        {
            aligner.candidates.get_mut(place).into_iter().for_each(|c| c.whole += f64::from(times) * rare);
        }
        aligner
    }

    /// Adds a clause, with those of its words that carry matter.
    fn add(&mut self, section: &Section, clause: &Clause, text: Vec<String>) {
        let place = self.candidates.len();
        let pieces = pieces(&clause.text);
        let blanks = pieces.iter().any(|piece| matches!(piece, Piece::Blank(_)));
        let words_of = pieces.into_iter().filter_map(|piece| match piece {
            Piece::Word(word) => Some(word),
            Piece::Blank(_) => None,
        });
        for (word, times) in counts(words_of) {
            self.index.entry(word).or_default().places.push((place, times));
        }
        let cues: Vec<Cue> = clause.cues.iter().map(|cue| self.cue(cue)).collect();
        for (word, weight) in self.rarity.vector(text).into_weights() {
            let number = self.number(word);
            self.matter.get_mut(number).into_iter().for_each(|matter| matter.clauses.push((place, weight)));
        }
        let cued = cues.iter().map(|cue| cue.weight).sum();
        let (section, clause) = (section.id.clone(), clause.id.clone());
        self.candidates.push(Candidate { section, clause, cues, cued, blanks, whole: 0.0 });
    }

    fn cue(&mut self, cue: &str) -> Cue {
        let number = self.cues;
        self.cues += 1;
        let mut numbered = Vec::new();
        for word in words(cue) {
            let weight = self.rarity.weight(&word);
            let word = self.number(word);
            numbered.push((word, weight));
            self.matter.get_mut(word).into_iter().for_each(|matter| matter.cues.push(number));
        }
        let weight = numbered.iter().map(|(_, weight)| weight).sum();
        Cue { number, said: format!(" {} ", plain(cue)), words: numbered, weight }
    }

    /// The number of a word that carries matter.
    fn number(&mut self, word: String) -> usize {
        let next = self.matter.len();
        let number = *self.stems.entry(word).or_insert(next);
        if number == next {
            self.matter.push(Matter::default());
        }
        number
    }

    /// A paragraph with the clauses and cues that its words lead to: most clauses share none with it.
    pub fn said(&self, paragraph: &Paragraph) -> Said {
        let mut said = Said {
            text: format!(" {} ", plain(&paragraph.text)),
            weights: vec![0.0; self.matter.len()],
            alike: vec![0.0; self.candidates.len()],
            cues: vec![false; self.cues],
        };
        for (word, weight) in self.rarity.vector(words(&paragraph.text)).into_weights() {
            let Some(number) = self.stems.get(&word) else { continue };
            said.weights.get_mut(*number).into_iter().for_each(|place| *place = weight);
            let Some(matter) = self.matter.get(*number) else { continue };
            for (place, theirs) in &matter.clauses {
                said.alike.get_mut(*place).into_iter().for_each(|alike| *alike += theirs * weight);
            }
            for cue in &matter.cues {
                said.cues.get_mut(*cue).into_iter().for_each(|has| *has = true);
            }
        }
        said
    }
}

/// The cues of the sections' headings, to be found in one pass, with the section and the length of each.
fn headings(sections: &[Section]) -> (Option<AhoCorasick>, Vec<(usize, f64)>) {
    let (mut said, mut headings) = (Vec::new(), Vec::new());
    for (place, section) in sections.iter().enumerate() {
        let cues = section.cues.iter().chain([&section.title]).map(|cue| plain(cue));
        for cue in cues.filter(|cue| !cue.is_empty()) {
            headings.push((place, length(&cue)));
            said.push(format!(" {cue} "));
        }
    }
    (AhoCorasick::new(said).ok(), headings)
}

pub(super) fn length(text: &str) -> f64 {
    f64::from(u16::try_from(text.len()).unwrap_or(u16::MAX))
}

pub(super) fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// What a word says about a text: those of many clauses say little.
pub(super) fn rare(clauses: f64, within: f64) -> f64 {
    (1.0 + (clauses + 1.0) / within).ln()
}

/// How often each word is said, in the order of the words: sums over them come out the same each time.
pub(super) fn counts(words: impl Iterator<Item = String>) -> Vec<(String, u32)> {
    let mut words: Vec<String> = words.collect();
    words.sort_unstable();
    let mut counts: Vec<(String, u32)> = Vec::new();
    for word in words {
        match counts.last_mut().filter(|(last, _)| *last == word) {
            Some((_, times)) => *times += 1,
            None => counts.push((word, 1)),
        }
    }
    counts
}
