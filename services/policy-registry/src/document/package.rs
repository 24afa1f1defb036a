//! The packed kinds of document: one part of the package, unpacked within bounds, and the lines that are made of it.

use std::io::{Cursor, Read as _};

use zip::{ZipArchive, result::ZipError};

use super::text::Unreadable;

/// The most bytes one part may unfold to. The longest policy seen has 0.4 MB.
const LARGEST_PART: u64 = 32 << 20;
/// The most bytes all parts that are read may unfold to, together.
const LARGEST_WHOLE: u64 = 64 << 20;
/// The most parts of a package.
const MOST_PARTS: usize = 2_000;

/// A package that was opened.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    kind: &'static str,
    /// How many bytes were unfolded so far.
    unfolded: u64,
}

impl<'a> Package<'a> {
    pub fn open(kind: &'static str, bytes: &'a [u8]) -> Result<Self, Unreadable> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::Damaged(kind))?;
        if archive.len() > MOST_PARTS {
            return Err(Unreadable::Unfolds);
        }
        Ok(Self { archive, kind, unfolded: 0 })
    }

    /// The names of its parts.
    pub fn names(&self) -> Vec<String> {
        self.archive.file_names().flatten().map(|name| name.into_owned()).collect()
    }

    /// The text of a part; none where there is no such part.
    pub fn part(&mut self, name: &str) -> Result<Option<String>, Unreadable> {
        let damaged = Unreadable::Damaged(self.kind);
        let part = match self.archive.by_name(name) {
            Ok(part) => part,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword) => {
                return Err(Unreadable::Locked(self.kind));
            }
            Err(_) => return Err(damaged),
        };
        // What a part says about its size is not believed: reading stops one byte past the bound.
        let mut content = Vec::new();
        part.take(LARGEST_PART + 1).read_to_end(&mut content).map_err(|_| damaged)?;
        let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
        self.unfolded += length;
        if length > LARGEST_PART || self.unfolded > LARGEST_WHOLE {
            return Err(Unreadable::Unfolds);
        }
        String::from_utf8(content).map(Some).map_err(|_| damaged)
    }
}

/// The lines made of a document's paragraphs, in the marks the reader of plain text knows.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub text: String,
    last_was_item: bool,
}

/// What a paragraph is to its document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Style {
    /// Plain text.
    #[default]
    Prose,
    /// A heading.
    Heading,
    /// A list item; the outermost level is 0.
    Item(usize),
    /// A line of the contents list.
    Contents,
}

impl Lines {
    pub fn push(&mut self, style: Style, text: &str) {
        let words = |text: &str| text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let text = words(&text.replace(['\n', '\r', '\u{c}', '\u{a0}'], " "));
        let text = text.trim();
        if text.is_empty() && !matches!(style, Style::Item(_)) {
            return;
        }
        let item = matches!(style, Style::Item(_) | Style::Contents);
        if !(item && self.last_was_item) {
            self.text.push('\n');
        }
        self.last_was_item = item;
        match style {
            Style::Heading => self.text.push_str("# "),
            Style::Item(level) => {
                self.text.push_str(&" ".repeat(level.min(8)));
                self.text.push_str("- ");
            }
            Style::Prose | Style::Contents => {}
        }
        self.text.push_str(text);
        self.text.push('\n');
    }
}
