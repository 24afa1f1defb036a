//! Columns between delimiters, quoted or not, without a header. Where a product appended columns over its versions they
//! are counted from the left and never demanded; where it inserted some, the number of columns tells the version.

use memchr::memchr;

use super::{Slot, Slots};
use crate::{observation::Rejected, profile::slots::Names};

/// The columns of a line.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    delimiter: Delimiter,
    versions: Vec<Vec<Option<Slot>>>,
    least: usize,
}

/// What stands between columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delimiter {
    /// The mark; a blank stands for any number of them.
    pub mark: u8,
    /// Whether quotation marks hold delimiters together.
    pub quotes: bool,
}

impl Columns {
    /// Columns by their names, one list for each version; `_` stands for one that nobody asks for. A line of fewer than
    /// `least` columns is none.
    pub fn new(delimiter: Delimiter, versions: &[Vec<String>], least: usize, names: &Names) -> Self {
        let version = |columns: &Vec<String>| columns.iter().map(|name| names.find(name)).collect();
        Self { delimiter, versions: versions.iter().map(version).collect(), least }
    }

    /// Reads a line.
    pub fn read<'a>(&self, line: &'a str, slots: &mut Slots<'a>) -> Result<(), Rejected> {
        let [only] = self.versions.as_slice() else {
            let mut count = 0;
            self.delimiter.split(line, |_, _, _| count += 1)?;
            let exact = self.versions.iter().find(|version| version.len() == count);
            let shorter = || self.versions.iter().filter(|v| v.len() < count).max_by_key(|v| v.len());
            let version = exact.or_else(shorter).or_else(|| self.versions.iter().max_by_key(|v| v.len()));
            return version.map_or(Ok(()), |version| self.assign(version, line, slots));
        };
        self.assign(only, line, slots)
    }

    fn assign<'a>(&self, version: &[Option<Slot>], line: &'a str, slots: &mut Slots<'a>) -> Result<(), Rejected> {
        let count = self.delimiter.split(line, |place, value, escaped| {
            if let Some(Some(slot)) = version.get(place) {
                slots.set(*slot, value, escaped);
            }
        })?;
        if count < self.least {
            return Err(Rejected::malformed("the line has too few columns"));
        }
        Ok(())
    }
}

impl Delimiter {
    /// Cuts a line into columns, each with its place and whether its quotation marks are doubled; answers how many there
    /// are.
    pub fn split<'a>(self, line: &'a str, mut each: impl FnMut(usize, &'a str, bool)) -> Result<usize, Rejected> {
        let bytes = line.as_bytes();
        let mut count = 0;
        let mut at = 0;
        loop {
            while bytes.get(at) == Some(&b' ') && (self.mark == b' ' || self.quotes) {
                at += 1;
            }
            if self.mark == b' ' && at >= bytes.len() {
                return Ok(count);
            }
            let (value, escaped) = if self.quotes && bytes.get(at) == Some(&b'"') {
                let (end, escaped) = closing(&bytes[at + 1..])?;
                let value = &line[at + 1..at + 1 + end];
                at += end + 2;
                at += memchr(self.mark, &bytes[at.min(bytes.len())..]).unwrap_or(bytes.len().saturating_sub(at));
                (value, escaped)
            } else {
                let end = memchr(self.mark, &bytes[at..]).unwrap_or(bytes.len() - at);
                let value = &line[at..at + end];
                at += end;
                (value, false)
            };
            each(count, value, escaped);
            count += 1;
            if at >= bytes.len() {
                return Ok(count);
            }
            at += 1;
        }
    }
}

/// Where a quoted value ends: at the quotation mark that no other follows.
fn closing(bytes: &[u8]) -> Result<(usize, bool), Rejected> {
    let mut escaped = false;
    let mut from = 0;
    while let Some(found) = memchr(b'"', bytes.get(from..).unwrap_or_default()).map(|at| at + from) {
        if bytes.get(found + 1) != Some(&b'"') {
            return Ok((found, escaped));
        }
        escaped = true;
        from = found + 2;
    }
    Err(Rejected::truncated("a quotation mark is not closed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(mark: u8, quotes: bool, line: &str) -> Result<Vec<String>, &'static str> {
        let mut all = Vec::new();
        let each = |_, value: &str, _| all.push(value.to_owned());
        Delimiter { mark, quotes }.split(line, each).map_err(|r| r.reason)?;
        Ok(all)
    }

    #[test]
    fn columns_are_cut_at_delimiters_outside_quotation_marks() {
        let all = |texts: &[&str]| Ok(texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>());
        assert_eq!(split(b',', true, r#"a, "b,c" ,"d""e",,f"#), all(&["a", "b,c", "d\"\"e", "", "f"]));
        assert_eq!(split(b'|', false, "a||b|"), all(&["a", "", "b", ""]));
        assert_eq!(split(b' ', true, "a  \"b c\" d "), all(&["a", "b c", "d"]));
        assert_eq!(split(b'\t', false, "a\tb \"c\td"), all(&["a", "b \"c", "d"]));
        assert_eq!(split(b',', true, r#"a,"b"#), Err("truncated"));
        assert_eq!(split(b',', true, "a,\"\"\""), Err("truncated"));
        assert_eq!(split(b',', true, "a,\"\""), all(&["a", ""]));
        assert_eq!(split(b',', true, "a,"), all(&["a", ""]));
        assert_eq!(split(b',', true, r#""","#), all(&["", ""]));
    }
}
