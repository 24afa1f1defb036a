//! Text as devices write it: percent-encoding, older encodings, characters that no screen shows.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;
use memchr::{memchr, memchr2};

/// Decodes percent-encoding and `+`, as a form is sent.
pub fn decode(text: &str) -> Cow<'_, str> {
    percent(text, true).0
}

/// Decodes percent-encoding, and `+` where `plus`; answers whether the bytes were no UTF-8 and were read as
/// Windows-1252.
pub(crate) fn percent(text: &str, plus: bool) -> (Cow<'_, str>, bool) {
    let bytes = text.as_bytes();
    let first = if plus { memchr2(b'%', b'+', bytes) } else { memchr(b'%', bytes) };
    let Some(mut at) = first else { return (Cow::Borrowed(text), false) };
    let hex = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let mut decoded = Vec::with_capacity(bytes.len());
    decoded.extend_from_slice(&bytes[..at]);
    while at < bytes.len() {
        let pair = bytes.get(at + 1..at + 3).and_then(|p| Some(hex(p[0])? * 16 + hex(p[1])?));
        match (bytes[at], pair) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 2;
            }
            (b'+', _) if plus => decoded.push(b' '),
            (other, _) => decoded.push(other),
        }
        at += 1;
    }
    match String::from_utf8(decoded) {
        Ok(text) => (Cow::Owned(text), false),
        Err(other) => (Cow::Owned(older(other.as_bytes())), true),
    }
}

/// Bytes that are no UTF-8, read as Windows-1252: every byte is a character, so nothing is lost.
pub(crate) fn older(bytes: &[u8]) -> String {
    WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
}

/// Whether bytes hold a control character other than a tab.
pub(crate) fn has_controls(bytes: &[u8]) -> bool {
    bytes.iter().fold(false, |found, byte| found | ((*byte < 0x20) & (*byte != b'\t')) | (*byte == 0x7f))
}

/// Whether bytes are ASCII without control characters other than tabs and ends of lines.
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |plain, byte| plain & (matches!(byte, 0x20..0x7f) | (*byte == b'\t') | (*byte == b'\n')))
}

/// How many control characters other than tabs bytes hold.
pub(crate) fn controls(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| byte.is_ascii_control() && **byte != b'\t').count()
}

/// How many nulls of bytes stand beside another: padding, and nothing anybody wrote.
pub(crate) fn padding(bytes: &[u8]) -> usize {
    let runs = bytes.chunk_by(|a, b| (*a == 0) == (*b == 0));
    runs.filter(|run| run.len() > 1 && run.first() == Some(&0)).map(<[u8]>::len).sum()
}

/// Control characters by the signs that stand for them, so that they are kept and can do nothing.
pub(crate) fn shown(text: &str) -> String {
    let sign = |c: char| match u32::from(c) {
        9 => c,
        n @ 0..0x20 => char::from_u32(0x2400 + n).unwrap_or(c),
        0x7f => '\u{2421}',
        _ => c,
    };
    text.chars().map(sign).collect()
}

/// Whether a character is the sign of a control character.
pub(crate) fn is_sign(c: char) -> bool {
    matches!(c, '\u{2400}'..='\u{2421}')
}

/// Whether a character changes how a line is shown and is not seen itself: directions, zero width, C1 controls.
pub fn hidden(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A part of a text that keeps its owner.
pub(crate) fn part<'a>(text: Cow<'a, str>, cut: impl for<'b> FnOnce(&'b str) -> &'b str) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(cut(text)),
        Cow::Owned(text) => {
            let kept = cut(&text);
            if kept.len() == text.len() { Cow::Owned(text) } else { Cow::Owned(kept.to_owned()) }
        }
    }
}

/// Lower case, without a copy where it is so already.
pub(crate) fn lower(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(text.to_ascii_lowercase()),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_read_and_what_is_not_is_not_copied() {
        assert!(matches!(decode("roman"), Cow::Borrowed("roman")));
        assert_eq!(decode("roman+roads%20map%2"), "roman roads map%2");
        assert_eq!(percent("caf%c3%a9", false), ("café".into(), false));
        assert_eq!(percent("caf%e9+", false), ("café+".into(), true));
        assert_eq!([&b"\0\0a\0b\0\0\0"[..], b"a\0b\0", b""].map(padding), [5, 0, 0]);
        assert_eq!(shown("a\0b\x1b[2Jc\td"), "a␀b␛[2Jc\td");
    }
}
