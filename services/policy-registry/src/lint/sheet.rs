//! The document as the rules look at it: every paragraph made plain once, with the data's phrases that stand in it.

use std::{collections::HashMap, sync::Arc};

use super::{
    At, Subject,
    prepared::{Held, Owner, Ready},
    words::spaced,
};
use crate::document::{Document, Kind, Paragraph};

/// The paragraphs made plain, in the document's order.
pub(super) struct Sheet<'a> {
    document: &'a Document,
    pub ready: Arc<Ready>,
    texts: Vec<Text>,
    /// What each heading holds, the headings of the chapters around it read with it.
    chapters: HashMap<usize, Held>,
}

/// A paragraph made plain.
pub(super) struct Text {
    /// Its words with a space before and after each.
    pub said: String,
    /// Which words of the vocabulary it holds.
    pub held: Held,
    /// The data's phrases in it, each once a line.
    pub spots: Vec<Spot>,
}

/// A phrase where it stands.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub owner: Owner,
    pub at: At,
    /// The place behind its last letter.
    pub end: At,
}

impl<'a> Sheet<'a> {
    pub fn of(subject: Subject<'a>) -> Self {
        let ready = Ready::of(&subject.template.lint);
        let texts = subject.document.paragraphs.iter().map(|paragraph| text(subject.document, paragraph, &ready));
        let texts: Vec<Text> = texts.collect();
        let chapters = chapters(subject.document, &texts);
        Self { document: subject.document, texts, chapters, ready }
    }

    /// Every paragraph with its text.
    pub fn all(&self) -> impl Iterator<Item = (&'a Paragraph, &Text)> {
        self.document.paragraphs.iter().zip(&self.texts)
    }

    /// The paragraphs that say something.
    pub fn body(&self) -> impl Iterator<Item = (&'a Paragraph, &Text)> {
        self.all().filter(|(paragraph, _)| matches!(paragraph.kind, Kind::Bullet(_) | Kind::Prose))
    }

    /// The headings.
    pub fn headings(&self) -> impl Iterator<Item = (&'a Paragraph, &Text)> {
        self.all().filter(|(paragraph, _)| matches!(paragraph.kind, Kind::Heading { .. }))
    }

    /// What the heading a paragraph stands under holds, with those of the chapters around it: “7.3.1 Decisions” under “7.3
    /// Filtering” is about filtering.
    pub fn heading(&self, paragraph: &Paragraph) -> Option<&Held> {
        self.chapters.get(&paragraph.heading?)
    }
}

fn chapters(document: &Document, texts: &[Text]) -> HashMap<usize, Held> {
    let mut chapters = HashMap::new();
    let mut above: Vec<(&str, Held)> = Vec::new();
    for (at, heading) in document.headings() {
        let Some(own) = texts.get(at) else { continue };
        let number = match &heading.kind {
            Kind::Heading { number } => number.as_deref().unwrap_or_default(),
            _ => "",
        };
        above.retain(|(chapter, _)| number.strip_prefix(chapter).is_some_and(|rest| rest.starts_with('.')));
        let held = above.last().map_or_else(|| own.held.clone(), |(_, chapter)| chapter.with(&own.held));
        if !number.is_empty() {
            above.push((number, held.clone()));
        }
        chapters.insert(at, held);
    }
    chapters
}

fn text(document: &Document, paragraph: &Paragraph, ready: &Ready) -> Text {
    let said = spaced(&paragraph.text);
    let words = Words::of(document, paragraph);
    let mut spots: Vec<Spot> = Vec::new();
    for (owners, from, to) in ready.phrases(&words.plain) {
        let (Some(at), Some(end)) = (words.at(from), words.end(to)) else { continue };
        for owner in owners {
            if !spots.iter().any(|spot| spot.owner == *owner && spot.at.line == at.line) {
                spots.push(Spot { owner: *owner, at, end });
            }
        }
    }
    Text { held: ready.held(&said), said, spots }
}

/// The words of a paragraph's lines as they stand, addresses of links among them, each with its place.
struct Words {
    plain: String,
    /// The byte each word begins at, where that is in the document, and the place behind its last letter.
    starts: Vec<(usize, At, At)>,
}

impl Words {
    fn of(document: &Document, paragraph: &Paragraph) -> Self {
        let mut words = Self { plain: " ".to_owned(), starts: Vec::new() };
        for line in paragraph.line..=paragraph.end_line {
            let place = usize::try_from(line).unwrap_or_default().wrapping_sub(1);
            let Some(raw) = document.lines.get(place) else { continue };
            let mut inside = false;
            for (column, c) in (1..).zip(raw.chars()).filter(|(_, c)| !matches!(c, '\'' | '’' | '‘')) {
                if !c.is_alphanumeric() {
                    words.close(&mut inside);
                    continue;
                }
                let at = At { line, column };
                if !inside {
                    words.starts.push((words.plain.len(), at, at));
                    inside = true;
                }
                if let Some((.., end)) = words.starts.last_mut() {
                    *end = At { line, column: column + 1 };
                }
                words.plain.extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
            }
            words.close(&mut inside);
        }
        words
    }

    fn close(&mut self, inside: &mut bool) {
        if *inside {
            self.plain.push(' ');
            *inside = false;
        }
    }

    /// Where the word that begins at a byte stands.
    fn at(&self, byte: usize) -> Option<At> {
        let place = self.starts.binary_search_by_key(&byte, |(start, ..)| *start).ok()?;
        self.starts.get(place).map(|(_, at, _)| *at)
    }

    /// The place behind the word that ends at a byte.
    fn end(&self, byte: usize) -> Option<At> {
        let after = self.starts.partition_point(|(start, ..)| *start < byte);
        self.starts.get(after.checked_sub(1)?).map(|(.., end)| *end)
    }
}
