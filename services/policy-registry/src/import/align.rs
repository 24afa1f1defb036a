//! Finds the template's clause for each paragraph of a document: by the section its heading points to, by the clause's
//! cues, and by words in common.

use std::collections::HashMap;

use super::{
    Fate, Why,
    similarity::{Rarity, Vector, words},
};
use crate::{
    document::{Document, Kind, Paragraph, plain},
    template::{Clause, Section, Template},
};

/// At this score and above a paragraph says what the clause says.
const ALIKE: f64 = 0.50;
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
}

struct Candidate<'a> {
    section: &'a str,
    clause: &'a Clause,
    vector: Vector,
    cues: Vec<(String, Vec<String>)>,
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
            })
            .collect();
        Self { candidates, sections: &template.sections, rarity }
    }

    /// What becomes of each paragraph, in order.
    pub fn align(&self, document: &Document) -> Vec<Fate> {
        let sections = self.headings(document);
        document.paragraphs.iter().map(|paragraph| self.fate(paragraph, &sections)).collect()
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

    fn fate(&self, paragraph: &Paragraph, sections: &HashMap<usize, Places<'a>>) -> Fate {
        let ignored = match paragraph.kind {
            Kind::Front => Some(Why::FrontMatter),
            Kind::Contents => Some(Why::ContentsList),
            Kind::Heading { .. } => Some(Why::Heading),
            Kind::BlankBullet => Some(Why::BlankBullet),
            Kind::Signature => Some(Why::SignatureBlock),
            Kind::Bullet(_) | Kind::Prose => links(&paragraph.text).then_some(Why::Links),
        };
        if let Some(why) = ignored {
            return Fate::Ignored(why);
        }
        let places = paragraph.heading.and_then(|at| sections.get(&at)).copied().unwrap_or_default();
        let said = words(&paragraph.text);
        let vector = self.rarity.vector(&said);
        let text = format!(" {} ", plain(&paragraph.text));
        let best = self
            .candidates
            .iter()
            .map(|candidate| (candidate, self.score(candidate, &text, &said, &vector, places)))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        match best {
            Some((candidate, score)) if score >= self.least(candidate, places) => {
                let clause = candidate.clause.id.clone();
                let percent = percent(score);
                if score >= ALIKE { Fate::Matched { clause, percent } } else { Fate::Amended { clause, percent } }
            }
            _ => Fate::Added { section: places.section.unwrap_or_default().to_owned() },
        }
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
