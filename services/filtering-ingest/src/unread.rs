//! The text of rejected lines, kept for a while: once a profile is mended, or a feed is set to the right one, they are read
//! again, and nothing of the hours in between is lost.

use serde::{Deserialize, Serialize};

use crate::{
    line,
    observation::Rejected,
    profile::{Context, Profile, Reader},
};

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Its number in its delivery.
    pub line: u64,
    /// Why it was rejected.
    pub reason: String,
    /// In more words.
    pub detail: String,
    /// What it said.
    pub text: String,
}

impl Unread {
    /// A line that was rejected; none where it is as it should be and only no web use.
    pub fn of(line: u64, why: &Rejected, text: &str) -> Option<Self> {
        (why.kind() == "malformed").then(|| Self {
            line,
            reason: why.reason.to_owned(),
            detail: why.detail.to_owned(),
            text: text.to_owned(),
        })
    }
}

/// The rejected lines of one batch, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spool {
    /// The row of names that held for them, where their log names its columns.
    pub header: Option<String>,
    /// The lines.
    pub lines: Vec<Unread>,
}

/// Lines as a batch.
pub fn batch<'a>(lines: impl IntoIterator<Item = &'a Unread>) -> String {
    lines.into_iter().map(|unread| unread.text.as_str()).collect::<Vec<_>>().join("\n")
}

impl Spool {
    /// How many bytes its lines have.
    pub fn bytes(&self) -> usize {
        self.lines.iter().map(|unread| unread.text.len()).sum()
    }

    /// Those that a profile reads by now, and the rows of names that it reads them by.
    pub fn readable(&self, profile: &Profile, context: Context<'_>) -> Vec<Unread> {
        let text = batch(&self.lines);
        let mut reader = Reader::new(profile, self.header.as_deref());
        let mut names = reader.header().map(str::to_owned);
        let mut readable = Vec::new();
        for (unread, line) in self.lines.iter().zip(line::lines(text.as_bytes())) {
            let read = line.is_ok_and(|line| reader.read(&line, context).is_ok());
            let named = reader.header().map(str::to_owned);
            if read || named != names {
                readable.push(unread.clone());
            }
            names = named;
        }
        readable
    }
}
