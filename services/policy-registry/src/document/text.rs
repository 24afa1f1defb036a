//! From bytes to text: which encodings and files a school's document may come in, and why one is refused.

/// The largest document, in bytes.
pub const LARGEST: usize = 10 << 20;
/// The kinds of file that are read.
const EXTENSIONS: [&str; 2] = ["txt", "md"];

/// Why a file is not read, as a sentence that names the fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Neither `.txt` nor `.md`.
    #[error("Save the document as plain text (.txt) or Markdown (.md) and send that file")]
    Extension,
    /// Nothing in it.
    #[error("The file is empty: send the document itself")]
    Empty,
    /// More than is read.
    #[error("The file is larger than 10 MiB: send the text without its pictures")]
    TooLarge,
    /// Bytes that are no text.
    #[error("The file is not text, although its name says so: save the document as plain text (.txt) and send that")]
    Binary,
    /// More than any policy holds.
    #[error("The document has more than 5,000 paragraphs: send the text of one policy")]
    TooLong,
    /// A text without a heading.
    #[error(
        "No headings were found: put each section's heading on a line of its own, numbered (“3. Scope”) or as Markdown (“## Scope”), with an empty line above and below"
    )]
    NoHeadings,
    /// Headings and nothing under them.
    #[error("Only headings were found: send the document with the text of its sections")]
    NoParagraphs,
}

/// The text of a file, with line ends of one kind.
///
/// # Errors
/// Why it is refused.
pub fn decode(name: &str, bytes: &[u8]) -> Result<String, Unreadable> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    if !extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str())) {
        return Err(Unreadable::Extension);
    }
    if bytes.len() > LARGEST {
        return Err(Unreadable::TooLarge);
    }
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).map_err(|_| Unreadable::Binary)?.to_owned(),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
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
    Ok(text.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}'], "\n"))
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
            assert_eq!(decode("policy.TXT", &form).as_deref(), Ok("Café – “rules”\nnext"));
        }
    }

    #[test]
    fn what_is_no_document_is_refused_with_the_reason() {
        let refused = |name: &str, bytes: &[u8]| decode(name, bytes).err();
        assert_eq!(refused("policy.docx", b"PK"), Some(Unreadable::Extension));
        assert_eq!(refused("policy", b"text"), Some(Unreadable::Extension));
        assert_eq!(refused("policy.txt", b" \n\t"), Some(Unreadable::Empty));
        assert_eq!(refused("policy.md", b"PK\x03\x04\x00\x00"), Some(Unreadable::Binary));
        assert_eq!(refused("policy.md", &[0xFF, 0xFE, 0x41]), Some(Unreadable::Binary));
        assert_eq!(refused("policy.txt", &[0x81, 0x8D]), Some(Unreadable::Binary));
        assert_eq!(refused("policy.txt", &vec![b'a'; LARGEST + 1]), Some(Unreadable::TooLarge));
    }
}
