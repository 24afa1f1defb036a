//! Columns whose names the log itself gives: a row of names at its beginning (which may come again), or the `#Fields:`
//! line of the W3C's extended log format (which may change in mid-stream). The names are kept with the delivery, for the
//! lines that come later.

use super::{Slot, Slots, columns::Delimiter};
use crate::{observation::Rejected, profile::slots::Names};

/// How a log names its columns.
#[derive(Debug, Clone)]
pub(crate) struct Headed {
    /// The delimiters its rows may have.
    delimiters: Vec<Delimiter>,
    /// Whether its names stand behind `#Fields:`.
    directive: bool,
    /// The names where none came yet, as some senders never tell.
    usual: Vec<String>,
    names: Names,
}

/// The names of a log's columns.
#[derive(Debug, Clone)]
pub struct Header {
    text: String,
    delimiter: Delimiter,
    slots: Vec<Option<Slot>>,
}

impl Header {
    /// The row as it stands in the log.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// The longest row of names that is kept, in bytes.
const LONGEST: usize = 16 << 10;
/// So many known names make a row one of names.
const TELLING: usize = 3;

const NONE: Rejected = Rejected::malformed("the row with the columns' names has not come yet");
/// A row of names, a comment or a total: normal of such a log, and no web use.
const ROW: Rejected = Rejected::not_web("a row of names or a remark");

impl Headed {
    pub fn new(delimiters: Vec<Delimiter>, directive: bool, usual: Vec<String>, names: &Names) -> Self {
        Self { delimiters, directive, usual, names: names.clone() }
    }

    /// The names a line gives, where it is a row of names.
    pub fn header(&self, line: &str) -> Option<Header> {
        if line.len() > LONGEST {
            return None;
        }
        let text = if self.directive { line.trim_start().strip_prefix("#Fields:")?.trim() } else { line };
        let rows = self.delimiters.iter().filter_map(|delimiter| {
            let mut slots = Vec::new();
            let each = |_, name: &str, _| slots.push(self.names.find(name.trim()));
            delimiter.split(text, each).ok()?;
            let found = slots.iter().flatten().count();
            Some((found, Header { text: line.to_owned(), delimiter: *delimiter, slots }))
        });
        let (found, header) = rows.max_by_key(|(found, _)| *found)?;
        (self.directive || found >= TELLING).then_some(header)
    }

    /// Reads a line by the names that came before it, or takes the names it gives.
    pub fn read<'a>(&self, line: &'a str, slots: &mut Slots<'a>, header: &mut Option<Header>) -> Result<(), Rejected> {
        if self.directive && line.trim_start().starts_with('#') {
            if let Some(new) = self.header(line) {
                *header = Some(new);
            }
            return Err(ROW);
        }
        // Once there are names, only a row without a figure, or the very same, can be one of names again.
        let again = header.as_ref().is_none_or(|known| known.text == line || !line.bytes().any(|b| b.is_ascii_digit()));
        if !self.directive
            && again
            && let Some(new) = self.header(line)
        {
            *header = Some(new);
            return Err(ROW);
        }
        if header.is_none() && !self.usual.is_empty() {
            *header = self.usually();
        }
        let Header { delimiter, slots: places, .. } = header.as_ref().ok_or(NONE)?;
        let count = delimiter.split(line, |place, value, escaped| {
            if let Some(Some(slot)) = places.get(place) {
                slots.set(*slot, value, escaped);
            }
        })?;
        if count < places.len().div_ceil(2) {
            return Err(Rejected::malformed("the line has too few columns"));
        }
        Ok(())
    }

    fn usually(&self) -> Option<Header> {
        let slots = self.usual.iter().map(|name| self.names.find(name)).collect();
        Some(Header { text: String::new(), delimiter: *self.delimiters.first()?, slots })
    }
}
