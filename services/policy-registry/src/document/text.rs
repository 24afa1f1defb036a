//! From bytes to text: which encodings and files a school's document may come in, and why one is refused.

/// The largest document, in bytes.
pub const LARGEST: usize = 10 << 20;

/// Why a file is not read, as a sentence that names the fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A kind of file that is not read.
    #[error(
        "Save the document as Word (.docx), OpenDocument (.odt), PDF, Markdown (.md) or plain text (.txt) and send that file"
    )]
    Extension,
    /// Nothing in it.
    #[error("The file is empty: send the document itself")]
    Empty,
    /// More than is read.
    #[error("The file is larger than 10 MiB: send the text without its pictures")]
    TooLarge,
    /// Packed so that it would unfold beyond all measure.
    #[error("The file unfolds to more than any policy holds: open it, save it anew and send that file")]
    Unfolds,
    /// Bytes that are no text.
    #[error("The file is not text, although its name says so: save the document as plain text (.txt) and send that")]
    Binary,
    /// Something else than its name says.
    #[error("The file's name says {said}, but it is {is}: save the document as {said} and send that file")]
    Mismatch {
        /// What the name says.
        said: &'static str,
        /// What it is.
        is: &'static str,
    },
    /// Nobody can read it without a password.
    #[error("The {0} file is locked with a password: open it, save a copy without one and send the copy")]
    Locked(
        /// The kind of file.
        &'static str,
    ),
    /// It breaks the rules of its kind.
    #[error(
        "The {0} file is damaged: open it, save it anew and send that file; if it cannot be opened, send an earlier copy"
    )]
    Damaged(
        /// The kind of file.
        &'static str,
    ),
    /// Pictures of pages.
    #[error("The PDF holds pictures of pages and no text: send the document it was made from")]
    Scanned,
    /// It was not read in the time a document is given.
    #[error("The PDF could not be read in 20 seconds: send the document it was made from")]
    Slow,
    /// More than any policy holds.
    #[error("The document has more than 5,000 paragraphs: send the text of one policy")]
    TooLong,
    /// A text without a heading.
    #[error(
        "No headings were found: put each section's heading on a line of its own, numbered (“3. Scope”), as Markdown (“## Scope”) or in a heading style, with an empty line above and below"
    )]
    NoHeadings,
    /// Headings and nothing under them.
    #[error("Only headings were found: send the document with the text of its sections")]
    NoParagraphs,
}

/// The text of a plain file, with line ends of one kind. A form feed, which ends a page, stays.
///
/// # Errors
/// Why it is refused.
pub(super) fn decode(bytes: &[u8]) -> Result<String, Unreadable> {
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).map_err(|_| Unreadable::Binary)?.to_owned(),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        // UTF-16 without its mark: every other byte of English is nothing.
        _ if halves(bytes, 1) => utf16(bytes, u16::from_le_bytes)?,
        _ if halves(bytes, 0) => utf16(bytes, u16::from_be_bytes)?,
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => windows_1252(bytes)?,
        },
    };
    if text.trim().is_empty() {
        return Err(Unreadable::Empty);
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{b}' | '\u{c}')) {
        return Err(Unreadable::Binary);
    }
    Ok(text.replace("\r\n", "\n").replace(['\r', '\u{b}'], "\n"))
}

/// Whether nearly every second byte, from one place on, is nothing, and none of the others.
fn halves(bytes: &[u8], from: usize) -> bool {
    let empty = |from: usize| bytes.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    bytes.len() >= 4 && bytes.len().is_multiple_of(2) && empty(from) * 10 >= bytes.len() / 2 * 9 && empty(1 - from) == 0
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Unreadable> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Unreadable::Binary);
    }
    let units = pairs.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).collect::<Result<_, _>>().map_err(|_| Unreadable::Binary)
}

/// What bytes 0x80 to 0x9F stand for in Windows-1252; `\0` where nothing does.
const HIGH: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“', '”', '•',
    '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

fn windows_1252(bytes: &[u8]) -> Result<String, Unreadable> {
    let read = |byte: &u8| match HIGH.get(usize::from(*byte).wrapping_sub(0x80)) {
        Some('\0') => Err(Unreadable::Binary),
        Some(high) => Ok(*high),
        None => Ok(char::from(*byte)),
    };
    bytes.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_reads_as_the_same_text() {
        let text = "Café – “rules”\r\nnext";
        let utf16 = |unit: fn(u16) -> [u8; 2], mark: [u8; 2]| {
            mark.into_iter().chain(text.encode_utf16().flat_map(unit)).collect::<Vec<u8>>()
        };
        let forms = [
            text.as_bytes().to_vec(),
            [&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat(),
            utf16(u16::to_le_bytes, [0xFF, 0xFE]),
            utf16(u16::to_be_bytes, [0xFE, 0xFF]),
            b"Caf\xE9 \x96 \x93rules\x94\r\nnext".to_vec(),
        ];
        for form in forms {
            assert_eq!(decode(&form).as_deref(), Ok("Café – “rules”\nnext"));
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let refused = |bytes: &[u8]| decode(bytes).err();
        assert_eq!(refused(b" \n\t"), Some(Unreadable::Empty));
        assert_eq!(refused(b"PK\x03\x04\x00\x00"), Some(Unreadable::Binary));
        assert_eq!(refused(&[0xFF, 0xFE, 0x41]), Some(Unreadable::Binary));
        assert_eq!(refused(&[0x81, 0x8D]), Some(Unreadable::Binary));
    }
}
