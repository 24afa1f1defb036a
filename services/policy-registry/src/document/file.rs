//! From a file to its text: what kind of file it is by name and by its first bytes, and which reader it goes to.

use super::{
    odt, pdf,
    text::{LARGEST, Unreadable, decode},
    word,
};

/// What a reader made of a file.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// The text: headings as `# …`, list items as `- …`, rows of tables with tabs between their cells, pages ended by a
    /// form feed.
    pub text: String,
    /// What is printed at the head and foot of every page and was kept apart from the text.
    pub margins: Vec<String>,
}

/// What a file is by its first bytes.
fn looks(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Some("a packed file (Word or OpenDocument, or a .zip)"),
        [b'%', b'P', b'D', b'F', ..] => Some("a PDF"),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Some("an old Word document (.doc)"),
        [b'{', b'\\', b'r', b't', b'f', ..] => Some("rich text (.rtf)"),
        [b'<', b'!' | b'h' | b'H' | b'?', ..] => Some("a web page"),
        [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, 0xFF, ..] | [b'G', b'I', b'F', b'8', ..] => Some("a picture"),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Some("a picture"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("a picture"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'h', b'e', b'i', ..] => Some("a picture"),
        _ => None,
    }
}

/// Reads a file by its name.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Content, Unreadable> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    let said = match extension.as_str() {
        "txt" | "md" => "plain text (.txt)",
        "docx" => "Word (.docx)",
        "odt" => "OpenDocument (.odt)",
        "pdf" => "PDF",
        _ => return Err(Unreadable::Extension),
    };
    if bytes.is_empty() {
        return Err(Unreadable::Empty);
    }
    if bytes.len() > LARGEST {
        return Err(Unreadable::TooLarge);
    }
    let looks = looks(bytes);
    let mismatch = |is| Err(Unreadable::Mismatch { said, is });
    match (extension.as_str(), looks) {
        ("txt" | "md", Some(is)) if !is.starts_with("a web page") => mismatch(is),
        ("txt" | "md", _) => Ok(Content { text: decode(bytes)?, margins: Vec::new() }),
        // A locked document is wrapped in the container of the old format.
        ("docx", Some("an old Word document (.doc)")) if encrypted(bytes) => Err(Unreadable::Locked("Word")),
        ("docx" | "odt", Some(is)) if is.starts_with("a packed file") => {
            if extension == "docx" {
                word::read(bytes)
            } else {
                odt::read(bytes)
            }
        }
        ("pdf", Some("a PDF")) => pdf::read(bytes),
        (_, Some(is)) => mismatch(is),
        // Some writers put a few bytes before the mark of a PDF.
        ("pdf", None) if bytes.iter().take(1024).copied().collect::<Vec<_>>().windows(5).any(|w| w == b"%PDF-") => {
            pdf::read(bytes)
        }
        ("docx", None) => Err(Unreadable::Damaged("Word")),
        ("odt", None) => Err(Unreadable::Damaged("OpenDocument")),
        (_, None) => Err(Unreadable::Damaged("PDF")),
    }
}

/// Whether the old container holds a locked new document: the name of its stream, in UTF-16.
fn encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|window| window == name)
}

#[cfg(test)]
mod tests;
