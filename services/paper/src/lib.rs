//! Writes one document as a web page, a tagged PDF and a Word file, the same words in each.
//!
//! - `Paper`: the document, made by whoever knows what it says · `text`: its words, with what is marked in them
//! - `chart`: bars, drawn alike by each writer
//! - `html`, `docx`, `pdf`: the writers. None of them decides what is printed
//! - `xlsx`: a workbook, which is tables and no document
//!
//! It is pure: no clock, no network, no files; the fonts come with it.

mod chart;
mod docx;
mod html;
mod pdf;
mod text;
mod xlsx;

use time::OffsetDateTime;

pub use chart::{Bar, Chart, Group};
pub use text::{Span, Text};
pub use xlsx::{Sheet, Value, Workbook};

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Its title.
    pub title: String,
    /// Whose it is, printed under the title and on every page.
    pub owner: String,
    /// Which edition it is, printed on every page.
    pub edition: String,
    /// What a reader has to know before anything else; none where it is simply in force.
    pub status: Option<Status>,
    /// When what it says was settled.
    pub dated: OffsetDateTime,
    /// What tells it from every other document.
    pub identity: String,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// A word that stands on every page, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The word: `DRAFT`.
    pub word: String,
    /// What it means, in a sentence.
    pub meaning: String,
}

/// One part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// The list of headings, made by the writer.
    Contents,
    /// A heading.
    Heading {
        /// 1 for a section, 2 for a part of it, 3 below that. The title stands above all of them.
        level: u8,
        /// What links lead to.
        id: String,
        /// Its words.
        text: Text,
    },
    /// A paragraph.
    Paragraph(Text),
    /// A list.
    List {
        /// Whether its items are counted.
        counted: bool,
        /// Its items.
        items: Vec<Item>,
    },
    /// A table.
    Table(Table),
    /// Bars. What they show stands in a table beside them.
    Chart(Chart),
}

/// One item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it says.
    pub text: Text,
    /// Lines below it.
    pub more: Vec<Text>,
}

/// A table. The first cell of each row names the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// The headings of its columns; none where a row is a name and a value.
    pub columns: Vec<String>,
    /// Its rows, each with as many cells as there are columns, or two.
    pub rows: Vec<Vec<Cell>>,
}

/// The lines of one cell.
pub type Cell = Vec<Text>;

/// The language of every document.
pub const LANGUAGE: &str = "en-GB";
/// The heading above the list of headings.
pub const CONTENTS: &str = "Contents";

/// Why a document could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the document could not be written: {0}")]
pub struct Failed(
    /// What went wrong.
    String,
);

/// What a document is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A web page that needs nothing beside it.
    Html,
    /// A tagged PDF.
    Pdf,
    /// A Word document.
    Docx,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Html, Self::Pdf, Self::Docx];

    /// Its name, and the ending of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Docx => "docx",
        }
    }

    /// The format of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    }
}

impl Paper {
    /// Writes it.
    ///
    /// # Errors
    /// Where the writer fails.
    pub fn write(&self, format: Format) -> Result<Vec<u8>, Failed> {
        match format {
            Format::Html => Ok(html::write(self).into_bytes()),
            Format::Pdf => pdf::write(self),
            Format::Docx => docx::write(self),
        }
    }

    /// How many characters it says: what writing it costs goes by this.
    pub fn length(&self) -> usize {
        self.texts().iter().map(String::len).sum()
    }

    /// Everything it says, piece by piece and in order, but for the list of headings.
    pub fn texts(&self) -> Vec<String> {
        let mut texts = vec![self.title.clone(), self.owner.clone()];
        texts.extend(self.status.as_ref().map(Status::sentence));
        for block in &self.blocks {
            match block {
                Block::Contents => {}
                Block::Heading { text, .. } | Block::Paragraph(text) => texts.push(text.to_string()),
                Block::List { items, .. } => {
                    texts.extend(
                        items.iter().flat_map(|item| [&item.text].into_iter().chain(&item.more)).map(Text::to_string),
                    );
                }
                Block::Table(table) => {
                    texts.push(table.caption.clone());
                    texts.extend(table.columns.iter().cloned());
                    texts.extend(table.rows.iter().flatten().flatten().map(Text::to_string));
                }
                Block::Chart(chart) => texts.extend([chart.caption.clone(), chart.description.clone()]),
            }
        }
        texts
    }

    /// The headings that the list of headings names: level, id and words.
    fn headings(&self) -> impl Iterator<Item = (u8, &str, &Text)> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Heading { level, id, text } if *level <= 2 => Some((*level, id.as_str(), text)),
            _ => None,
        })
    }
}

impl Status {
    /// The word with its meaning.
    fn sentence(&self) -> String {
        format!("{}: {}", self.word, self.meaning)
    }
}

/// How much of the width each column of a table has, in hundredths.
fn shares(columns: usize) -> impl Iterator<Item = u8> {
    let few: &[u8] = match columns {
        1 => &[100],
        2 => &[36, 64],
        3 => &[30, 32, 38],
        4 => &[25; 4],
        _ => &[],
    };
    // Of more, the first names the row and has a quarter at least; together they are the whole, and none is beside the page.
    let each = 75 / columns.saturating_sub(1).max(1);
    let first = 100 - each * columns.saturating_sub(1).min(75);
    let share = |wide: usize| u8::try_from(wide).unwrap_or_default();
    (0..columns)
        .map(move |place| few.get(place).copied().unwrap_or_else(|| share(if place == 0 { first } else { each })))
}

#[cfg(test)]
mod tests;
