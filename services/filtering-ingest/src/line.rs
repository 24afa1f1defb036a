//! A batch of bytes as numbered lines. Input is hostile: a pupil chooses the address and often the device's name. What a
//! pupil can put into a line never loses it: control characters are kept as signs, bytes that are no UTF-8 are read as
//! Windows-1252, and the observation says so.

use std::borrow::Cow;

use memchr::memchr;

use crate::{
    observation::{Rejected, Warning, Warnings},
    text,
};

/// The longest line that is read, in bytes.
pub const LONGEST: usize = 64 << 10;
/// Of a line's bytes, one in so many may be a control character; with more it is no text.
const CONTROLS: usize = 4;

/// A line as text.
#[derive(Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// Whether its bytes were no UTF-8 and every byte was read as a character of Windows-1252.
    pub recoded: bool,
    /// What was odd about it.
    pub warnings: Warnings,
}

/// Cuts a batch into lines. A newline at the very end ends the last line and begins no further one.
pub fn lines(batch: &[u8]) -> Lines<'_> {
    let batch = batch.strip_suffix(b"\n").unwrap_or(batch);
    let rest = match std::str::from_utf8(batch) {
        Ok(text) => Rest::Text { text, plain: text::is_plain(batch) },
        Err(_) => Rest::Bytes(batch),
    };
    Lines(Some(rest))
}

/// The lines of a batch.
pub struct Lines<'a>(Option<Rest<'a>>);

enum Rest<'a> {
    /// Text; `plain` where it is known of all of it at once that nothing about it is odd.
    Text {
        text: &'a str,
        plain: bool,
    },
    Bytes(&'a [u8]),
}

impl<'a> Iterator for Lines<'a> {
    type Item = Result<Line<'a>, Rejected>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.0.take()? {
            Rest::Text { text, plain } => {
                let (line, rest) = match memchr(b'\n', text.as_bytes()) {
                    Some(end) => (&text[..end], Some(Rest::Text { text: &text[end + 1..], plain })),
                    None => (text, None),
                };
                self.0 = rest;
                Some(read(line, plain))
            }
            Rest::Bytes(bytes) => {
                let (line, rest) = match memchr(b'\n', bytes) {
                    Some(end) => (&bytes[..end], Some(Rest::Bytes(&bytes[end + 1..]))),
                    None => (bytes, None),
                };
                self.0 = rest;
                Some(bytes_of(line))
            }
        }
    }
}

fn bytes_of(line: &[u8]) -> Result<Line<'_>, Rejected> {
    if line.len() > LONGEST {
        return Err(TOO_LONG);
    }
    match std::str::from_utf8(line) {
        Ok(line) => read(line, false),
        Err(_) => {
            let recoded = text::older(line);
            let line = read(&recoded, false)?;
            let warnings = line.warnings.with(Warning::OtherEncoding);
            Ok(Line { text: Cow::Owned(line.text.into_owned()), recoded: true, warnings })
        }
    }
}

const TOO_LONG: Rejected = Rejected { reason: "too_long", detail: "the line is longer than 65536 bytes" };

fn read(line: &str, plain: bool) -> Result<Line<'_>, Rejected> {
    if line.len() > LONGEST {
        return Err(TOO_LONG);
    }
    let ends = |c: char| c == '\u{feff}' || c == '\0' || c == '\r';
    let line = line.trim_start_matches(ends).trim_end_matches(|c: char| ends(c) || c.is_whitespace());
    let filled = line.trim_start();
    if filled.is_empty() {
        return Err(Rejected { reason: "empty", detail: "the line is empty" });
    }
    let mut warnings = Warnings::default();
    if plain {
        return Ok(Line { text: Cow::Borrowed(line), recoded: false, warnings });
    }
    if !line.is_ascii() && line.chars().any(text::hidden) {
        warnings.add(Warning::HiddenCharacters);
    }
    let text = if text::has_controls(line.as_bytes()) {
        let padding = text::padding(line.as_bytes());
        if (text::controls(line.as_bytes()) - padding) * CONTROLS > line.len() - padding {
            return Err(Rejected { reason: "not_text", detail: "the line is not text" });
        }
        warnings.add(Warning::ControlCharacters);
        // Of nulls in a row one is shown: what was written on either side is not one word.
        let shown = text::shown(line);
        Cow::Owned(if padding == 0 { shown } else { single(&shown) })
    } else {
        Cow::Borrowed(line)
    };
    Ok(Line { text, recoded: false, warnings })
}

/// The sign of a null once where it stands several times in a row.
fn single(shown: &str) -> String {
    let mut last = ' ';
    shown.chars().filter(|c| std::mem::replace(&mut last, *c) != '␀' || *c != '␀').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_counted_and_none_is_made_up() {
        let read: Vec<_> = lines(b"a\r\nb\x00ccc\n\n\xe9\n").collect();
        assert_eq!(read.len(), 4);
        let line = |text: &'static str, recoded, warning: Option<Warning>| {
            let warnings = warning.map_or(Warnings::default(), |w| Warnings::default().with(w));
            Ok(Line { text: text.into(), recoded, warnings })
        };
        assert_eq!(read[0], line("a", false, None));
        assert_eq!(read[1], line("b␀ccc", false, Some(Warning::ControlCharacters)));
        assert_eq!(read[2].as_ref().map_err(|r| r.reason), Err("empty"));
        assert_eq!(read[3], line("é", true, Some(Warning::OtherEncoding)));
        let long = vec![b'x'; LONGEST + 1];
        assert_eq!(lines(&long).next().map(|l| l.map_err(|r| r.reason)), Some(Err("too_long")));
        assert_eq!(lines(b"\x01\x02\x03\n").next().map(|l| l.map_err(|r| r.reason)), Some(Err("not_text")));
        let padded = ["a".to_owned(), "\0".repeat(300), "b".to_owned()].concat();
        assert_eq!(lines(padded.as_bytes()).next(), Some(line("a␀b", false, Some(Warning::ControlCharacters))));
        assert_eq!(lines(b"abc\0\0\0\0\0").next(), Some(line("abc", false, None)));
    }
}
