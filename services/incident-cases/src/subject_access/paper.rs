//! The answer as a document: the records that are given, numbered anew, so that no gap tells of one that is kept back. It
//! holds no digest of what is kept: with one, a name that was taken out could be guessed and tried.

use ::paper::{Block, Paper, Status, Table, Text};
use time::OffsetDateTime;

use super::{AccessRequest, ExportId, items::Item};
use crate::case::print::paper::{day, moment, when};

/// What an answer is made of besides its records.
#[derive(Debug)]
pub struct Made<'a> {
    /// Its id.
    pub id: &'a ExportId,
    /// The request.
    pub request: &'a AccessRequest,
    /// What the learner is called.
    pub learner: &'a str,
    /// When it is made.
    pub at: OffsetDateTime,
    /// What the school is called.
    pub school: &'a str,
    /// Whether it says that records are kept back.
    pub withheld: bool,
    /// When the request was answered that this adds to; none where this is the answer.
    pub adds_to: Option<OffsetDateTime>,
    /// Whether it is only a look at the file, which answers nothing.
    pub draft: bool,
}

/// The document, of records each with what it says of it.
pub fn paper(made: &Made<'_>, given: &[(&Item, String)]) -> Paper {
    let mut rows = vec![
        ("About", made.learner.to_owned()),
        ("Request", made.request.id.to_string()),
        ("Received", day(made.request.received_on)),
        ("Answered", moment(made.at)),
        ("Answer", made.id.to_string()),
        ("Records in this file", given.len().to_string()),
    ];
    if let Some(answered) = made.adds_to {
        rows.push(("Adds to", format!("The answer of {}", day(chassis::clock::london(answered).date()))));
    }
    // How many is not said: whoever made it may not know of all.
    if made.withheld {
        rows.push(("Not in this file", "Some records are kept back".to_owned()));
    }
    let row = |(name, value): (&str, String)| vec![vec![Text::plain(name)], vec![Text::plain(&value)]];
    let front =
        Table { caption: "This answer".to_owned(), columns: Vec::new(), rows: rows.into_iter().map(row).collect() };
    let mut blocks = vec![Block::Table(front)];
    for words in [
        "These are records of the school’s work to keep children safe. Where the name of somebody else stood, a note in \
         square brackets says so.",
        "You may ask the school to correct what is wrong, and to look at this answer again. You may also complain to the \
         Information Commissioner’s Office, ico.org.uk.",
    ] {
        blocks.push(Block::Paragraph(Text::plain(words)));
    }
    blocks.push(heading(1, "records", "Records, in the order they happened".to_owned()));
    if given.is_empty() {
        blocks.push(Block::Paragraph(Text::plain("No record comes with this answer.")));
    }
    for (place, (item, said)) in given.iter().enumerate() {
        let number = place + 1;
        blocks.push(heading(
            2,
            &format!("r{number}"),
            format!("{number}. {}, {}", item.kind, when(item.at, item.known)),
        ));
        if !item.reference.is_empty() {
            blocks.push(Block::Paragraph(Text::plain(&format!("Case {}", item.reference))));
        }
        let lines = said.lines().filter(|line| !line.trim().is_empty());
        blocks.extend(lines.map(|line| Block::Paragraph(Text::plain(line))));
    }
    Paper {
        title: "Answer to a request for personal data".to_owned(),
        owner: made.school.to_owned(),
        edition: format!("Answered {}, {}", moment(made.at), made.id),
        status: Some(if made.draft {
            Status { word: "DRAFT".to_owned(), meaning: "to be read at the school; not an answer".to_owned() }
        } else {
            Status {
                word: "CONFIDENTIAL".to_owned(),
                meaning: "about a child; for whoever asked for it and for nobody else".to_owned(),
            }
        }),
        dated: made.at,
        identity: made.id.to_string(),
        blocks,
    }
}

fn heading(level: u8, id: &str, words: String) -> Block {
    Block::Heading { level, id: id.to_owned(), text: Text::plain(&words) }
}
