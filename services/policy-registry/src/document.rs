//! A school's own policy document, taken apart: every line that says something belongs to exactly one paragraph.

mod contents;
mod file;
mod headings;
mod margins;
mod odt;
mod package;
mod paragraphs;
mod pdf;
pub mod text;
mod word;

use std::collections::BTreeSet;

pub use text::Unreadable;

/// The most paragraphs of one document: ten times those of the longest policy seen.
const MOST_PARAGRAPHS: usize = 5_000;
/// The most lines with something on them.
const MOST_LINES: usize = 50_000;

/// A document as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its lines as they stand; line 1 is the first.
    pub lines: Vec<String>,
    /// Its paragraphs, in order.
    pub paragraphs: Vec<Paragraph>,
    /// Its contents list; empty where it has none.
    pub contents: Vec<Entry>,
}

/// One paragraph: a heading, a bullet, a line of the front page and so on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// Its first line, from 1.
    pub line: u32,
    /// Its last line.
    pub end_line: u32,
    /// What it is.
    pub kind: Kind,
    /// Its text in one line, without bullet and without marks of emphasis.
    pub text: String,
    /// The place among the paragraphs of the heading it stands under.
    pub heading: Option<usize>,
}

/// What a paragraph is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Something before the body: title, document control, names.
    Front,
    /// A line of the contents list.
    Contents,
    /// A heading, with its number where it has one.
    Heading {
        /// `4.1`.
        number: Option<String>,
    },
    /// A bullet, 1 for the outermost level.
    Bullet(u8),
    /// A bullet with nothing behind it.
    BlankBullet,
    /// A paragraph without a bullet.
    Prose,
    /// A line of the signature block.
    Signature,
    /// A line that is printed on every page, at its head or foot.
    Margin,
}

impl Kind {
    /// Its level in a list: 0 for a sentence outside of one, 1 for the outermost bullet; none for what says nothing itself.
    pub fn level(&self) -> Option<u8> {
        match self {
            Self::Prose => Some(0),
            Self::Bullet(level) => Some(*level),
            Self::Front
            | Self::Contents
            | Self::Heading { .. }
            | Self::BlankBullet
            | Self::Signature
            | Self::Margin => None,
        }
    }
}

/// One entry of the contents list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its line, from 1.
    pub line: u32,
    /// Its number, where it has one.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// Whether it runs over more than one line.
    pub wrapped: bool,
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, Unreadable> {
        let file::Content { text, margins } = file::read(name, bytes)?;
        if text.lines().filter(|line| !line.trim().is_empty()).count() > MOST_LINES {
            return Err(Unreadable::TooLong);
        }
        let mut document = Self::parse(&text);
        for margin in margins {
            document.lines.push(margin.clone());
            let line = u32::try_from(document.lines.len()).unwrap_or(u32::MAX);
            let paragraph = Paragraph { line, end_line: line, kind: Kind::Margin, text: margin, heading: None };
            document.paragraphs.push(paragraph);
        }
        if document.paragraphs.len() > MOST_PARAGRAPHS {
            return Err(Unreadable::TooLong);
        }
        if !document.paragraphs.iter().any(|p| matches!(p.kind, Kind::Heading { .. })) {
            return Err(Unreadable::NoHeadings);
        }
        if document.body().next().is_none() {
            return Err(Unreadable::NoParagraphs);
        }
        Ok(document)
    }

    /// Takes a text apart, whatever it holds. A form feed ends a page.
    pub fn parse(text: &str) -> Self {
        let margins = if text.contains('\u{c}') { margins::find(text) } else { BTreeSet::new() };
        let lines: Vec<String> = text.replace('\u{c}', "\n").lines().map(ToOwned::to_owned).collect();
        let contents = contents::find(&lines);
        let paragraphs = paragraphs::read(&lines, &contents, &margins);
        Self { lines, paragraphs, contents: contents.entries }
    }

    /// The paragraphs that say something: bullets and prose.
    pub fn body(&self) -> impl Iterator<Item = (usize, &Paragraph)> {
        let says = |p: &Paragraph| matches!(p.kind, Kind::Bullet(_) | Kind::Prose);
        self.paragraphs.iter().enumerate().filter(move |(_, p)| says(p))
    }

    /// The headings with their places among the paragraphs.
    pub fn headings(&self) -> impl Iterator<Item = (usize, &Paragraph)> {
        self.paragraphs.iter().enumerate().filter(|(_, p)| matches!(p.kind, Kind::Heading { .. }))
    }

    /// The lines with their numbers, from 1.
    pub fn numbered(&self) -> impl Iterator<Item = (u32, &str)> {
        (1..).zip(self.lines.iter().map(String::as_str))
    }
}

/// A title with everything taken out that documents write one way and another: case, marks, spaces.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut say = |c: char| {
        if c.is_alphanumeric() {
            plain.push(c);
        } else if !matches!(c, '\'' | '’' | '‘') && !plain.ends_with(' ') {
            plain.push(' ');
        }
    };
    for c in text.chars() {
        if c.is_ascii() {
            say(c.to_ascii_lowercase());
        } else {
            c.to_lowercase().for_each(&mut say);
        }
    }
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests;
