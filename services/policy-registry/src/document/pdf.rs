//! PDF: the text of its pages, read on a thread of its own, so that a reader that fails or does not end takes nothing
//! with it.

use std::{io::Read as _, sync::mpsc, thread, time::Duration};

use flate2::read::ZlibDecoder;
use pdf_extract::{Document, OutputError, output_doc_page};

mod layout;

use super::{file::Content, text::Unreadable};

const KIND: &str = "PDF";
/// How long a document may be read.
const LONGEST: Duration = Duration::from_secs(20);
/// The most bytes its streams may unfold to, together.
const LARGEST: u64 = 128 << 20;
/// The most pages.
const MOST_PAGES: usize = 1_000;
/// The stack of the reader: nested objects are read by recursion.
const STACK: usize = 64 << 20;

pub(super) fn read(bytes: &[u8]) -> Result<Content, Unreadable> {
    bounded(bytes)?;
    // A file that says it is locked and cannot be opened is locked, whatever the reader makes of its lock.
    let locked = bytes.windows(8).any(|window| window == b"/Encrypt");
    let damaged = if locked { Unreadable::Locked(KIND) } else { Unreadable::Damaged(KIND) };
    let (answer, read) = mpsc::sync_channel(1);
    let bytes = bytes.to_vec();
    let reader = move || {
        let pages = pages(&bytes);
        // Whoever asked may have stopped waiting.
        let _ = answer.send(pages);
    };
    let started = thread::Builder::new().name("pdf".to_owned()).stack_size(STACK).spawn(reader);
    started.map_err(|_| Unreadable::Slow)?;
    let pages = match read.recv_timeout(LONGEST) {
        Ok(Err(Unreadable::Damaged(_))) => return Err(damaged),
        Ok(pages) => pages?,
        Err(mpsc::RecvTimeoutError::Timeout) => return Err(Unreadable::Slow),
        // The reader ended without an answer: it met something that it does not know.
        Err(mpsc::RecvTimeoutError::Disconnected) => return Err(damaged),
    };
    if pages.iter().all(|page| page.trim().is_empty()) {
        return Err(Unreadable::Scanned);
    }
    // Every page ends in a form feed, the only one too: its number is told from its text.
    let text = pages.join("\n\u{c}") + "\n\u{c}";
    Ok(Content { text: apart(&text.replace(['\r', '\u{b}', '\0'], " ")), margins: Vec::new() })
}

/// The letters that printing ties into one, one by one: words are compared letter by letter.
fn apart(text: &str) -> String {
    const TIED: [(char, &str); 7] =
        [('ﬀ', "ff"), ('ﬁ', "fi"), ('ﬂ', "fl"), ('ﬃ', "ffi"), ('ﬄ', "ffl"), ('ﬅ', "st"), ('ﬆ', "st")];
    TIED.iter().fold(text.to_owned(), |text, (tied, letters)| text.replace(*tied, letters))
}

/// Refuses streams that unfold beyond measure before a reader sees them.
fn bounded(bytes: &[u8]) -> Result<(), Unreadable> {
    const SMALL: usize = 256 << 10;
    let has = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    // A packing nobody writes any more and that cannot be measured from outside, and packing within packing.
    let packed_twice = has(b"/FlateDecode /FlateDecode") || has(b"/FlateDecode/FlateDecode");
    let hexed = has(b"/ASCIIHexDecode") || has(b"/RunLengthDecode") || has(b"/ASCII85Decode /ASCII85Decode");
    if packed_twice || ((has(b"/LZWDecode") || (hexed && has(b"/FlateDecode"))) && bytes.len() > SMALL) {
        return Err(Unreadable::Unfolds);
    }
    let mut whole = 0;
    let mut rest = bytes;
    while let Some(at) = rest.windows(6).position(|window| window == b"stream") {
        rest = rest.get(at + 6..).unwrap_or_default();
        let data = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
        if matches!(data, [0x08 | 0x18 | 0x28 | 0x38 | 0x48 | 0x58 | 0x68 | 0x78, ..]) {
            let unfolded = ZlibDecoder::new(data).take(LARGEST + 1);
            whole += count(unfolded);
        } else if let Some(packed) = letters(data) {
            // Packed, and then written in letters.
            whole += count(ZlibDecoder::new(packed.as_slice()).take(LARGEST + 1));
        }
        if whole > LARGEST {
            return Err(Unreadable::Unfolds);
        }
    }
    Ok(())
}

/// A stream that was written in letters of base 85, where it is packed below them.
fn letters(data: &[u8]) -> Option<Vec<u8>> {
    let end = data.windows(2).position(|window| window == b"~>").filter(|end| *end > 4)?;
    let mut bytes = Vec::with_capacity(end);
    let mut group: Vec<u32> = Vec::with_capacity(5);
    for byte in data.get(..end)?.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        match byte {
            b'z' if group.is_empty() => bytes.extend([0; 4]),
            b'!'..=b'u' => group.push(u32::from(byte - b'!')),
            _ => return None,
        }
        if group.len() == 5 {
            let value = group.drain(..).fold(0_u32, |sum, digit| sum.wrapping_mul(85).wrapping_add(digit));
            bytes.extend(value.to_be_bytes());
        }
        if bytes.len() == 4 && !matches!(bytes.first(), Some(0x08 | 0x18 | 0x28 | 0x38 | 0x48 | 0x58 | 0x68 | 0x78)) {
            return None;
        }
    }
    Some(bytes)
}

/// How many bytes a stream holds; what breaks off is counted as far as it goes.
fn count(mut stream: impl std::io::Read) -> u64 {
    let mut piece = vec![0; 1 << 16];
    let mut whole = 0;
    while let Ok(read) = stream.read(&mut piece) {
        if read == 0 {
            break;
        }
        whole += u64::try_from(read).unwrap_or_default();
    }
    whole
}

fn pages(bytes: &[u8]) -> Result<Vec<String>, Unreadable> {
    let damaged = Unreadable::Damaged(KIND);
    let mut document = Document::load_mem(bytes).map_err(|error| refused(&error))?;
    // Locked against changes only: such a file opens with an empty password.
    if document.is_encrypted() && document.decrypt("").is_err() {
        return Err(Unreadable::Locked(KIND));
    }
    let numbers: Vec<u32> = document.get_pages().into_keys().collect();
    if numbers.len() > MOST_PAGES {
        return Err(Unreadable::TooLong);
    }
    let mut pages = Vec::new();
    for number in numbers {
        let mut page = layout::Page::default();
        output_doc_page(&document, &mut page, number).map_err(|error| match error {
            OutputError::PdfError(error) => refused(&error),
            OutputError::FormatError(_) | OutputError::IoError(_) => damaged,
        })?;
        pages.push(page.text());
    }
    if pages.is_empty() { Err(damaged) } else { Ok(pages) }
}

fn refused(error: &pdf_extract::Error) -> Unreadable {
    let words = format!("{error:?}").to_lowercase();
    if words.contains("password") || words.contains("decrypt") || words.contains("encrypt") {
        Unreadable::Locked(KIND)
    } else {
        Unreadable::Damaged(KIND)
    }
}
