//! A whole file as lines: UTF-16 as UTF-8, a JSON list or objects written over several lines as one object to a line, rows
//! of CSV that go on inside quotation marks as one row to a line. What is a line to each already is left as it is.

use std::borrow::Cow;

use encoding_rs::{UTF_16BE, UTF_16LE};

/// What was done to a file to make lines of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// Nothing.
    AsItWas,
    /// It was UTF-16.
    Decoded,
    /// Its JSON objects were put on a line each.
    Objects,
    /// Its rows were put on a line each.
    Rows,
}

impl Made {
    /// In words; none where nothing was done.
    pub fn told(self) -> Option<&'static str> {
        match self {
            Self::AsItWas => None,
            Self::Decoded => Some("the text was UTF-16: lines are those of its UTF-8 form"),
            Self::Objects => Some("JSON over several lines: numbers below count objects"),
            Self::Rows => Some("rows over several lines: numbers below count rows"),
        }
    }
}

/// Whether the beginning of a file is that of one which may have to be made into lines; elsewhere its lines can be sent as
/// they are read.
pub fn may_need_making(head: &[u8]) -> bool {
    let (text, made) = decoded(head);
    let text = text.trim_ascii_start();
    match text.first() {
        _ if made != Made::AsItWas => true,
        // One object to a line already: it is sent as it is read, however large it is.
        Some(b'{') => !ends_in_its_line(text),
        Some(b'[') => true,
        _ => quoted_throughout(text),
    }
}

/// Makes lines of a file.
pub fn lines(file: &[u8]) -> (Cow<'_, [u8]>, Made) {
    let (text, made) = decoded(file);
    let head = text.trim_ascii_start();
    let list = head.strip_prefix(b"[").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"{"));
    if list || (head.starts_with(b"{") && !ends_in_its_line(head)) {
        return match objects(head) {
            Some(objects) => (Cow::Owned(objects), Made::Objects),
            None => (text, made),
        };
    }
    // A quotation mark within JSON may be a part of its text: what somebody typed must not join their line to the next.
    if head.starts_with(b"{") || head.starts_with(b"[") {
        return (text, made);
    }
    match rows(&text) {
        Some(rows) => (Cow::Owned(rows), Made::Rows),
        None => (text, made),
    }
}

/// UTF-16 with a byte order mark, or with every second byte null, as UTF-8.
fn decoded(file: &[u8]) -> (Cow<'_, [u8]>, Made) {
    let head = &file[..file.len().min(512)];
    let nulls = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count() * 5;
    let encoding = match file {
        [0xff, 0xfe, ..] => UTF_16LE,
        [0xfe, 0xff, ..] => UTF_16BE,
        _ if head.len() > 20 && nulls(1) > head.len() * 2 => UTF_16LE,
        _ if head.len() > 20 && nulls(0) > head.len() * 2 => UTF_16BE,
        _ => return (Cow::Borrowed(file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file)), Made::AsItWas),
    };
    let (text, _) = encoding.decode_with_bom_removal(file);
    (Cow::Owned(text.into_owned().into_bytes()), Made::Decoded)
}

/// Whether the object that begins a text ends in the same line.
fn ends_in_its_line(text: &[u8]) -> bool {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut scan = Scan::default();
    line.iter().for_each(|byte| scan.step(*byte));
    scan.depth == 0 || scan.quoted
}

/// Where in JSON one is.
#[derive(Default)]
struct Scan {
    depth: usize,
    quoted: bool,
    escaped: bool,
}

impl Scan {
    fn step(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.quoted => self.escaped = true,
            b'"' => self.quoted = !self.quoted,
            _ if self.quoted => {}
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

/// Each object of a list, or of one after another, on a line; a list's members that are no objects too. None where the
/// text is not whole: then each of its lines is one, and told of as such.
fn objects(text: &[u8]) -> Option<Vec<u8>> {
    let list = usize::from(text.starts_with(b"["));
    let mut lines = Vec::with_capacity(text.len());
    let mut scan = Scan::default();
    let mut any = false;
    for byte in text {
        let outside = scan.depth == list && !scan.quoted;
        scan.step(*byte);
        let bracket = list == 1 && !scan.quoted && ((scan.depth == 1 && *byte == b'[' && !any) || scan.depth == 0);
        match byte {
            _ if bracket => {}
            b'\n' | b'\r' => {
                if !outside {
                    lines.push(b' ');
                }
            }
            b',' if outside => {}
            b' ' | b'\t' if outside => {}
            other => {
                any = true;
                lines.push(*other);
                if scan.depth == list && !scan.quoted && matches!(other, b'}' | b']') {
                    lines.push(b'\n');
                }
            }
        }
    }
    (scan.depth == 0 && !scan.quoted && any).then_some(lines)
}

/// Rows of CSV, where some go on in the next line inside quotation marks; none where none does, or where a quotation mark
/// is never closed.
fn rows(text: &[u8]) -> Option<Vec<u8>> {
    // Only where columns are quoted throughout: elsewhere a quotation mark is a mark like others.
    if !quoted_throughout(text) {
        return None;
    }
    let mut lines = text.to_vec();
    let (mut inside, mut changed) = (false, false);
    for byte in &mut lines {
        match *byte {
            b'"' => inside = !inside,
            b'\n' | b'\r' if inside => {
                *byte = b' ';
                changed = true;
            }
            _ => {}
        }
    }
    (changed && !inside).then_some(lines)
}

/// Whether the first row's columns stand in quotation marks.
fn quoted_throughout(text: &[u8]) -> bool {
    let text = &text[..text.len().min(64 << 10)];
    let first = &text[..memchr::memchr(b'\n', text).unwrap_or(text.len())];
    let quoted = |mark: u8| memchr::memmem::find(first, &[b'"', mark, b'"']).is_some();
    quoted(b',') || quoted(b';')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(file: &[u8]) -> (String, Made) {
        let (lines, made) = lines(file);
        (String::from_utf8_lossy(&lines).into_owned(), made)
    }

    #[test]
    fn a_file_of_any_shape_becomes_lines() {
        assert_eq!(made(b"a\nb\n"), ("a\nb\n".into(), Made::AsItWas));
        let wide: Vec<u8> = "time,url\n1,a\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(made(&wide), ("time,url\n1,a\n".into(), Made::Decoded));
        assert_eq!(made(&[b"\xff\xfe".as_slice(), &wide].concat()), ("time,url\n1,a\n".into(), Made::Decoded));
        let list = b"[\n {\"a\": \"x, ]\",\n  \"b\": [1, 2]},\n {\"a\": 2}\n]\n";
        assert_eq!(made(list), ("{\"a\": \"x, ]\",   \"b\": [1, 2]}\n{\"a\": 2}\n".into(), Made::Objects));
        let pretty = b"{\n\"a\": 1\n}\n{\n\"a\": 2\n}\n";
        assert_eq!(made(pretty), ("{ \"a\": 1 }\n{ \"a\": 2 }\n".into(), Made::Objects));
        let lines = b"{\"a\": 1}\n{\"a\": 2}\n";
        assert_eq!(made(lines), ("{\"a\": 1}\n{\"a\": 2}\n".into(), Made::AsItWas));
        let typed = br#"{"a":"x","b":"say \"hi"}
{"a":"y","b":"say \"hi"}
"#;
        assert_eq!(made(typed), (String::from_utf8_lossy(typed).into_owned(), Made::AsItWas), "lines stay lines");
        assert!(!may_need_making(typed) && may_need_making(pretty) && may_need_making(list));
        assert_eq!(made(b"\"a\",\"b\nc\"\n\"d\",\"e\"\n"), ("\"a\",\"b c\"\n\"d\",\"e\"\n".into(), Made::Rows));
        // What is never closed is left, and rejected line by line.
        assert_eq!(made(b"\"a\",\"b\n\"d\",\"e\"\n").1, Made::AsItWas);
        assert_eq!(made(b"{\n\"a\": 1\n").1, Made::AsItWas);
    }
}
