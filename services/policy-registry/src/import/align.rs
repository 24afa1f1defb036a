//! Finds the template's clause for each paragraph of a document: first by words in common and in the template's order,
//! then what was moved, then by the section its heading points to and the clause's cues.

use std::collections::{BTreeSet, HashMap};

use super::{
    Fate, Why,
    chain::{Pair, heaviest},
    prepared::{Aligner, Candidate, Said, count, counts, length, rare},
    wording,
};
use crate::{
    document::{Document, Kind, Paragraph, plain},
    parameter::Parameter,
    template::{Template, blank::fill},
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

/// What was found for the paragraphs of a document.
pub(super) struct Aligned {
    /// The clause of each paragraph, with how alike they are; none where it has none.
    pub clauses: Vec<Option<(String, u8)>>,
    /// The section each paragraph stands in.
    pub sections: Vec<String>,
    /// The heading each paragraph stands under, where it points to no section of the template.
    pub titles: Vec<Option<String>>,
    /// The paragraphs that were found out of order.
    pub moved: BTreeSet<usize>,
}

impl Aligner {
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
        let mut taken = vec![false; self.candidates.len()];
        let mut take = |place: usize| taken.get_mut(place).is_some_and(|taken| !std::mem::replace(taken, true));
        for pair in heaviest(pairs.iter().copied().filter(close).collect()) {
            found.insert(pair.left, (pair.right, pair.weight));
            take(pair.right);
        }
        // What was moved: the most alike first, each clause once.
        let mut moved = BTreeSet::new();
        pairs.retain(|pair| close(pair) && !found.contains_key(&pair.left));
        pairs.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.left.cmp(&b.left)));
        for pair in pairs {
            if !found.contains_key(&pair.left) && take(pair.right) {
                found.insert(pair.left, (pair.right, pair.weight));
                moved.insert(pair.left);
            }
        }
        let clauses = document.paragraphs.iter().enumerate().map(|(at, paragraph)| match found.get(&at) {
            Some((place, weight)) => self.candidates.get(*place).map(|c| (c.clause.clone(), percent(*weight))),
            None if matches!(paragraph.kind, Kind::Bullet(_) | Kind::Prose) && !links(&paragraph.text) => {
                self.on_the_matter(paragraph, places(paragraph), &taken)
            }
            None => None,
        });
        Aligned {
            clauses: clauses.collect(),
            sections: document.paragraphs.iter().map(|p| places(p).section.unwrap_or_default().to_owned()).collect(),
            titles: document.paragraphs.iter().map(|p| title(document, p, places(p))).collect(),
            moved,
        }
    }

    /// The clauses that share most of their words with a paragraph.
    fn likely(&self, at: usize, paragraph: &Paragraph, places: Places<'_>) -> Vec<Pair> {
        let said = wording::words(&paragraph.text);
        let mut whole = 0.0;
        let mut shared = vec![0.0; self.candidates.len()];
        // What a word says that stands in no clause.
        let unknown = rare(count(self.candidates.len()), 0.5);
        for (word, n) in counts(said.into_iter().map(|word| word.plain)) {
            let stands = self.index.get(&word);
            let rare = stands.map_or(unknown, |stands| stands.rare);
            whole += f64::from(n) * rare;
            for (place, theirs) in stands.into_iter().flat_map(|stands| &stands.places) {
                shared.get_mut(*place).into_iter().for_each(|sum| *sum += f64::from(n.min(*theirs)) * rare);
            }
        }
        let all = self.candidates.iter().zip(shared).enumerate().filter(|(_, (_, shared))| *shared > 0.0);
        let mut scored: Vec<Pair> = all
            .filter_map(|(place, (candidate, shared))| {
                let other = candidate.whole;
                // A blank may stand for many words: what it takes does not count against the paragraph.
                let alike =
                    if candidate.blanks && shared >= other * 0.6 { shared / other.max(0.01) * 0.95 } else { 0.0 };
                let alike = alike.max(2.0 * shared / (whole + other).max(0.01)).min(1.0);
                let near = if places.section == Some(candidate.section.as_str()) {
                    0.04
                } else if places.chapter == Some(candidate.section.as_str()) {
                    0.02
                } else {
                    0.0
                };
                let weight = if alike >= CLOSE { alike * 0.95 + near } else { alike * 0.95 };
                (weight >= CLOSE).then_some(Pair { left: at, right: place, weight })
            })
            .collect();
        scored.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.right.cmp(&b.right)));
        scored.truncate(LIKELY);
        scored
    }

    /// The section each heading points to, and the one of the heading above it.
    fn headings(&self, document: &Document) -> HashMap<usize, Places<'_>> {
        let mut places = HashMap::new();
        let mut above: Vec<(usize, Option<&str>)> = Vec::new();
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
            places.insert(at, Places { section, chapter, named: own.is_some() });
        }
        places
    }

    /// The section whose cue fills most of a heading.
    fn section(&self, heading: &str, chapter: Option<&str>) -> Option<&str> {
        let heading = format!(" {} ", plain(heading));
        let mut longest = vec![0.0_f64; self.sections.len()];
        for found in self.headed.iter().flat_map(|headed| headed.find_overlapping_iter(&heading)) {
            if let Some((section, length)) = self.cued_sections.get(found.pattern().as_usize()) {
                longest.get_mut(*section).into_iter().for_each(|longest| *longest = longest.max(*length));
            }
        }
        let score = |(section, best): (&'_ String, f64)| {
            // “Users” and “Content” mean something only under their own chapter.
            let near = chapter.is_some_and(|chapter| section.starts_with(chapter));
            // “Staff use of phones” under “Use of phones” is a part of it, not the same again.
            let part = near && chapter != Some(section.as_str());
            let whole = best / length(heading.trim());
            let vague = best < 9.0 && !near && chapter.is_some();
            (best > 0.0 && !vague).then_some(best + whole * 10.0 + if part { 20.0 } else { 0.0 })
        };
        let scored =
            self.sections.iter().zip(longest).filter_map(|(section, best)| Some((section, score((section, best))?)));
        scored.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(section, _)| section.as_str())
    }

    /// The clause on whose matter a paragraph is, where no clause has its words.
    fn on_the_matter(&self, paragraph: &Paragraph, places: Places<'_>, taken: &[bool]) -> Option<(String, u8)> {
        let said = self.said(paragraph);
        let (candidate, score) = self
            .candidates
            .iter()
            .zip(&said.alike)
            .zip(taken)
            .filter(|(_, taken)| !**taken)
            .map(|((candidate, alike), _)| (candidate, score(candidate, *alike, &said, places)))
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        (score >= least(candidate, places)).then(|| (candidate.clause.clone(), percent(score).min(99)))
    }
}

/// The score at which a paragraph is on a clause's matter.
fn least(candidate: &Candidate, places: Places<'_>) -> f64 {
    let here = [places.section, places.chapter].contains(&Some(candidate.section.as_str()));
    if here { RELATED } else { RELATED_ELSEWHERE }
}

fn score(candidate: &Candidate, alike: f64, said: &Said, places: Places<'_>) -> f64 {
    let weight = |word: usize| said.weights.get(word).copied().unwrap_or_default();
    let mut hit = 0.0;
    for cue in candidate.cues.iter().filter(|cue| said.cues.get(cue.number).is_some_and(|has| *has)) {
        let found = cue.words.iter().filter(|(word, _)| weight(*word) > 0.0);
        let (count, sum) = found.fold((0, 0.0), |(count, sum), (_, weight)| (count + 1, sum + weight));
        let literal = count == cue.words.len() && said.text.contains(&cue.said);
        hit += if literal { cue.weight * 1.2 } else { sum * 0.8 };
    }
    let cued = if candidate.cued > 0.0 { hit / candidate.cued } else { 0.0 };
    let score = 0.55 * alike + 0.45 * cued.min(1.0);
    let section = Some(candidate.section.as_str());
    if places.section == section {
        if score > 0.04 { score + SAME_SECTION } else { score }
    } else if places.chapter == section {
        if score > 0.08 { score + SAME_CHAPTER } else { score }
    } else {
        score * ELSEWHERE
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

fn title(document: &Document, paragraph: &Paragraph, places: Places<'_>) -> Option<String> {
    let heading = paragraph.heading.and_then(|at| document.paragraphs.get(at)).filter(|_| !places.named)?;
    Some(heading.text.clone())
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

#[derive(Clone, Copy, Default)]
struct Places<'a> {
    section: Option<&'a str>,
    chapter: Option<&'a str>,
    /// Whether the heading itself points to the section, and not the one above it.
    named: bool,
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
    if !text.split_whitespace().any(address) {
        return false;
    }
    let label: Vec<&str> = text.split_whitespace().filter(|word| !address(word)).collect();
    label.len() <= LABEL && !label.iter().any(|word| word.ends_with('.'))
}
