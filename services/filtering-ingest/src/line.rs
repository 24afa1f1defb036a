//! A batch of bytes as numbered lines. Input is hostile: a pupil chooses the address and often the device's name.

use crate::observation::Rejected;

/// The longest line that is read, in bytes.
pub const LONGEST: usize = 64 << 10;

/// A line as text.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// The text.
    pub text: String,
    /// Whether its bytes were no UTF-8 and every byte was read as a character of Latin-1.
    pub recoded: bool,
}

/// Cuts a batch into lines. A newline at the very end ends the last line and begins no further one.
pub fn lines(batch: &[u8]) -> impl Iterator<Item = Result<Line, Rejected>> + '_ {
    let batch = batch.strip_suffix(b"\n").unwrap_or(batch);
    batch.split(|byte| *byte == b'\n').map(text)
}

fn text(line: &[u8]) -> Result<Line, Rejected> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() > LONGEST {
        return Err(Rejected { reason: "too_long", detail: "the line is longer than 65536 bytes" });
    }
    let (text, recoded) = match std::str::from_utf8(line) {
        Ok(text) => (text.replace('\0', ""), false),
        // An older encoding: every byte is a character, so nothing of the line is lost; the sender is told.
        Err(_) => (line.iter().filter(|b| **b != 0).map(|b| char::from(*b)).collect(), true),
    };
    let text = text.trim_start_matches('\u{feff}').trim_end().to_owned();
    if text.trim().is_empty() {
        return Err(Rejected { reason: "empty", detail: "the line is empty" });
    }
    Ok(Line { text, recoded })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_counted_and_none_is_made_up() {
        let read: Vec<_> = lines(b"a\r\nb\x00c\n\n\xe9\n").collect();
        assert_eq!(read.len(), 4);
        let line = |text: &str, recoded| Ok(Line { text: text.to_owned(), recoded });
        assert_eq!(read[1], line("bc", false));
        assert_eq!(read[2].as_ref().map_err(|r| r.reason), Err("empty"));
        assert_eq!(read[3], line("é", true));
        let long = vec![b'x'; LONGEST + 1];
        assert_eq!(lines(&long).next().map(|l| l.map_err(|r| r.reason)), Some(Err("too_long")));
    }
}
