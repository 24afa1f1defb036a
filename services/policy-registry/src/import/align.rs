//! Finds the template's clause for each paragraph of a document: first by words in common and in the template's order,
//! then what was moved, then by the section its heading points to and the clause's cues.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    Fate, Why,
    chain::{Pair, heaviest},
    similarity::{Rarity, Vector, words},
    wording::{self, Piece, pieces},
};
use crate::{
    document::{Document, Kind, Paragraph, plain},
    parameter::Parameter,
    template::{Clause, Section, Template, blank::fill},
};

/// How many clauses are looked at for one paragraph.
const LIKELY: usize = 40;
/// How much of their words two texts share to be one and the same, changed.
const CLOSE: f64 = 0.5;
/// At this score and above a paragraph is on the clause's matter.
const RELATED: f64 = 0.28;
/// The same for a clause of another section.
const RELATED_ELSEWHERE: f64 = 0.42;
/// What a clause of the section gains over one from elsewhere.
const SAME_SECTION: f64 = 0.14;
/// What a clause of the chapter around the section gains.
const SAME_CHAPTER: f64 = 0.07;
/// How much a clause from elsewhere counts.
const ELSEWHERE: f64 = 0.75;

/// The template prepared for comparing.
pub(super) struct Aligner<'a> {
    candidates: Vec<Candidate<'a>>,
    sections: &'a [Section],
    rarity: Rarity,
    /// In which clauses a word stands.
    index: HashMap<String, Vec<usize>>,
}

/// What was found for the paragraphs of a document.
pub(super) struct Aligned {
    /// The clause of each paragraph, with how alike they are; none where it has none.
    pub clauses: Vec<Option<(String, u8)>>,
    /// The section each paragraph stands in.
    pub sections: Vec<String>,
    /// The paragraphs that were found out of order.
    pub moved: BTreeSet<usize>,
}

struct Candidate<'a> {
    section: &'a str,
    clause: &'a Clause,
    vector: Vector,
    cues: Vec<(String, Vec<String>)>,
    pieces: Vec<Piece>,
    counts: HashMap<String, u32>,
}

impl<'a> Aligner<'a> {
    pub fn new(template: &'a Template) -> Self {
        let texts: Vec<(&Section, &Clause, Vec<String>)> = template
            .clauses()
            .map(|(section, clause)| (section, clause, words(&format!("{} {}", clause.text, clause.cues.join(" ")))))
            .collect();
        let rarity = Rarity::of(texts.iter().map(|(.., words)| words.as_slice()));
        let candidates = texts
            .iter()
            .map(|(section, clause, text)| Candidate {
                section: &section.id,
                clause,
                vector: rarity.vector(text),
                cues: clause.cues.iter().map(|cue| (plain(cue), words(cue))).collect(),
                pieces: pieces(&clause.text),
                counts: counts(pieces(&clause.text).into_iter().filter_map(|piece| match piece {
                    Piece::Word(word) => Some(word),
                    Piece::Blank(_) => None,
                })),
            })
            .collect::<Vec<Candidate<'_>>>();
        let mut index: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, candidate) in candidates.iter().enumerate() {
            for word in candidate.counts.keys() {
                index.entry(word.clone()).or_default().push(place);
            }
        }
        Self { candidates, sections: &template.sections, rarity, index }
    }

    /// Finds a clause for each paragraph.
    pub fn align(&self, document: &Document) -> Aligned {
        let sections = self.headings(document);
        let places = |p: &Paragraph| p.heading.and_then(|at| sections.get(&at)).copied().unwrap_or_default();
        let mut pairs = Vec::new();
        for (at, paragraph) in document.body() {
            pairs.extend(self.likely(at, paragraph, places(paragraph)));
        }
        let close = |pair: &Pair| pair.weight >= CLOSE;
        let mut found: HashMap<usize, (usize, f64)> = HashMap::new();
        let mut taken = HashSet::new();
        for pair in heaviest(pairs.iter().copied().filter(close).collect()) {
            found.insert(pair.left, (pair.right, pair.weight));
            taken.insert(pair.right);
        }
        // What was moved: the most alike first, each clause once.
        let mut moved = BTreeSet::new();
        pairs.retain(|pair| close(pair) && !found.contains_key(&pair.left) && !taken.contains(&pair.right));
        pairs.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.left.cmp(&b.left)));
        for pair in pairs {
            if !found.contains_key(&pair.left) && taken.insert(pair.right) {
                found.insert(pair.left, (pair.right, pair.weight));
                moved.insert(pair.left);
            }
        }
        let clauses = document.paragraphs.iter().enumerate().map(|(at, paragraph)| match found.get(&at) {
            Some((place, weight)) => self.candidates.get(*place).map(|c| (c.clause.id.clone(), percent(*weight))),
            None if matches!(paragraph.kind, Kind::Bullet(_) | Kind::Prose) && !links(&paragraph.text) => {
                self.on_the_matter(paragraph, places(paragraph), &taken)
            }
            None => None,
        });
        Aligned {
            clauses: clauses.collect(),
            sections: document.paragraphs.iter().map(|p| places(p).section.unwrap_or_default().to_owned()).collect(),
            moved,
        }
    }

    /// The clauses that share most of their words with a paragraph.
    fn likely(&self, at: usize, paragraph: &Paragraph, places: Places<'_>) -> Vec<Pair> {
        let said = wording::words(&paragraph.text);
        let own = counts(said.iter().map(|word| word.plain.clone()));
        let weight = |counts: &HashMap<String, u32>| -> f64 {
            counts.iter().map(|(word, n)| f64::from(*n) * self.rare(word)).sum()
        };
        let whole = weight(&own);
        let mut shared: HashMap<usize, f64> = HashMap::new();
        for (word, n) in &own {
            for place in self.index.get(word).into_iter().flatten() {
                let theirs = self.candidates.get(*place).and_then(|c| c.counts.get(word)).copied().unwrap_or_default();
                *shared.entry(*place).or_default() += f64::from((*n).min(theirs)) * self.rare(word);
            }
        }
        let mut scored: Vec<Pair> = shared
            .into_iter()
            .filter_map(|(place, shared)| {
                let candidate = self.candidates.get(place)?;
                let other = weight(&candidate.counts);
                let blanks = candidate.pieces.iter().any(|piece| matches!(piece, Piece::Blank(_)));
                // A blank may stand for many words: what it takes does not count against the paragraph.
                let alike = if blanks && shared >= other * 0.6 { shared / other.max(0.01) * 0.95 } else { 0.0 };
                let alike = alike.max(2.0 * shared / (whole + other).max(0.01)).min(1.0);
                let near = if places.section == Some(candidate.section) {
                    0.04
                } else if places.chapter == Some(candidate.section) {
                    0.02
                } else {
                    0.0
                };
                let weight = if alike >= CLOSE { alike * 0.95 + near } else { alike * 0.95 };
                Some(Pair { left: at, right: place, weight })
            })
            .collect();
        scored.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.right.cmp(&b.right)));
        scored.truncate(LIKELY);
        scored
    }

    /// What a word says about a text: those of many clauses say little.
    fn rare(&self, word: &str) -> f64 {
        let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
        let within = self.index.get(word).map_or(0.5, |places| count(places.len()));
        (1.0 + (count(self.candidates.len()) + 1.0) / within).ln()
    }

    /// The section each heading points to, and the one of the heading above it.
    fn headings(&self, document: &Document) -> HashMap<usize, Places<'a>> {
        let mut places = HashMap::new();
        let mut above: Vec<(usize, Option<&'a str>)> = Vec::new();
        let mut before = None;
        for (at, heading) in document.headings() {
            let number = match &heading.kind {
                Kind::Heading { number } => number.as_deref(),
                _ => None,
            };
            let depth = number.map_or(1, |number| number.split('.').count());
            let chapter = above.iter().rev().find(|(level, _)| *level < depth).and_then(|(_, section)| *section);
            let own = self.section(&heading.text, chapter);
            // A heading nobody numbered and nobody knows is a part of what came before it.
            let section = own.or(chapter).or(before.filter(|_| number.is_none()));
            above.retain(|(level, _)| *level < depth);
            above.push((depth, section));
            before = section;
            places.insert(at, Places { section, chapter });
        }
        places
    }

    /// The section whose cue fills most of a heading.
    fn section(&self, heading: &str, chapter: Option<&str>) -> Option<&'a str> {
        let heading = format!(" {} ", plain(heading));
        let length = |text: &str| f64::from(u16::try_from(text.trim().len()).unwrap_or(u16::MAX));
        let score = |section: &'a Section| {
            let cues = section.cues.iter().chain([&section.title]).map(|cue| plain(cue));
            let best =
                cues.filter(|cue| heading.contains(&format!(" {cue} "))).map(|cue| length(&cue)).fold(0.0, f64::max);
            // “Users” and “Content” mean something only under their own chapter.
            let near = chapter.is_some_and(|chapter| section.id.starts_with(chapter));
            // “Staff use of phones” under “Use of phones” is a part of it, not the same again.
            let part = near && chapter != Some(section.id.as_str());
            let whole = best / length(&heading);
            let vague = best < 9.0 && !near && chapter.is_some();
            (best > 0.0 && !vague).then_some((section.id.as_str(), best + whole * 10.0 + if part { 20.0 } else { 0.0 }))
        };
        self.sections.iter().filter_map(score).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(id, _)| id)
    }

    /// The clause on whose matter a paragraph is, where no clause has its words.
    fn on_the_matter(&self, paragraph: &Paragraph, places: Places<'_>, taken: &HashSet<usize>) -> Option<(String, u8)> {
        let said = words(&paragraph.text);
        let vector = self.rarity.vector(&said);
        let text = format!(" {} ", plain(&paragraph.text));
        let (candidate, score) = self
            .candidates
            .iter()
            .enumerate()
            .filter(|(place, _)| !taken.contains(place))
            .map(|(_, candidate)| (candidate, self.score(candidate, &text, &said, &vector, places)))
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        (score >= self.least(candidate, places)).then(|| (candidate.clause.id.clone(), percent(score).min(99)))
    }

    /// The score at which a paragraph is on a clause's matter.
    fn least(&self, candidate: &Candidate<'_>, places: Places<'_>) -> f64 {
        let here = places.section == Some(candidate.section) || places.chapter == Some(candidate.section);
        if here { RELATED } else { RELATED_ELSEWHERE }
    }

    fn score(
        &self,
        candidate: &Candidate<'_>,
        text: &str,
        said: &[String],
        vector: &Vector,
        places: Places<'_>,
    ) -> f64 {
        let alike = candidate.vector.cosine(vector);
        let mut hit = 0.0;
        let mut whole = 0.0;
        for (cue, cue_words) in &candidate.cues {
            let weight: f64 = cue_words.iter().map(|word| self.rarity.weight(word)).sum();
            let found: f64 = cue_words.iter().filter(|w| said.contains(w)).map(|word| self.rarity.weight(word)).sum();
            whole += weight;
            hit += if text.contains(&format!(" {cue} ")) { weight * 1.2 } else { found * 0.8 };
        }
        let cued = if whole > 0.0 { hit / whole } else { 0.0 };
        let score = 0.55 * alike + 0.45 * cued.min(1.0);
        if places.section == Some(candidate.section) {
            if score > 0.04 { score + SAME_SECTION } else { score }
        } else if places.chapter == Some(candidate.section) {
            if score > 0.08 { score + SAME_CHAPTER } else { score }
        } else {
            score * ELSEWHERE
        }
    }
}

impl Aligned {
    /// What becomes of each paragraph, in order: matched only where its words are the clause's with these values.
    pub fn fates(&self, document: &Document, template: &Template, parameters: &[Parameter]) -> Vec<Fate> {
        let filled = |text: &str| filled(template, parameters, text);
        let all = document.paragraphs.iter().zip(self.clauses.iter().zip(&self.sections));
        all.map(|(paragraph, (clause, section))| match (set_aside(paragraph), clause) {
            (None | Some(Why::Links), Some((clause, percent))) => {
                let text = template.clause(clause).map_or("", |(_, clause)| clause.text.as_str());
                let clause = clause.clone();
                if wording::plain(&filled(text)) == wording::plain(&paragraph.text) {
                    Fate::Matched { clause, percent: 100 }
                } else {
                    Fate::Amended { clause, percent: (*percent).min(99) }
                }
            }
            (Some(why), _) => Fate::Ignored(why),
            (None, None) => Fate::Added { section: section.clone() },
        })
        .collect()
    }
}

/// A clause's text with its blanks filled: by what was read, else by the template's defaults.
pub(super) fn filled(template: &Template, parameters: &[Parameter], text: &str) -> String {
    fill(text, |key| {
        let read = parameters.iter().find(|parameter| parameter.key == key).map(|parameter| &parameter.values);
        match template.parameter(key) {
            Some(definition) => definition.words(read.unwrap_or(&definition.default)),
            None => read.map(|values| values.join(", ")).unwrap_or_default(),
        }
    })
}

fn set_aside(paragraph: &Paragraph) -> Option<Why> {
    match paragraph.kind {
        Kind::Front => Some(Why::FrontMatter),
        Kind::Contents => Some(Why::ContentsList),
        Kind::Heading { .. } => Some(Why::Heading),
        Kind::BlankBullet => Some(Why::BlankBullet),
        Kind::Signature => Some(Why::SignatureBlock),
        Kind::Margin => Some(Why::PageMargin),
        Kind::Bullet(_) | Kind::Prose => links(&paragraph.text).then_some(Why::Links),
    }
}

fn counts(words: impl Iterator<Item = String>) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    counts
}

#[derive(Clone, Copy, Default)]
struct Places<'a> {
    section: Option<&'a str>,
    chapter: Option<&'a str>,
}

fn percent(score: f64) -> u8 {
    // Held between 0 and 100 just before: nothing is lost.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
    let percent = (score.clamp(0.0, 1.0) * 100.0).round() as u8;
    percent
}

/// Whether a paragraph is only addresses and what to call them.
fn links(text: &str) -> bool {
    const LABEL: usize = 8;
    let address = |word: &str| word.contains("://") || word.starts_with("www.") || word.starts_with("<http");
    let (addresses, label): (Vec<&str>, Vec<&str>) = text.split_whitespace().partition(|word| address(word));
    !addresses.is_empty() && label.len() <= LABEL && !label.iter().any(|word| word.ends_with('.'))
}
