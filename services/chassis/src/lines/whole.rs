//! A log whose lines are not its records, made into lines on its way: UTF-16 as UTF-8, a JSON list or objects written over
//! several lines as one object to a line, rows of CSV that go on inside quotation marks as one row to a line. What is a line
//! to each already is left as it is. No more than one record is held; the same bytes make the same lines however they
//! arrive.

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};

use super::LONGEST;

/// Bytes that tell how a text is written.
const CODED: usize = 512;
/// Bytes within which a first line must end that is to tell what the records are.
const TELLING: usize = 64 << 10;
/// The longest object that is put on one line.
const OBJECT: usize = 1 << 20;

/// What was done to make lines.
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

/// Makes lines of a whole file.
pub fn lines(file: &[u8]) -> (Vec<u8>, Made) {
    let mut maker = Maker::default();
    let mut lines = maker.push(file);
    lines.extend(maker.finish());
    (lines, maker.made())
}

/// Makes lines of a log piece by piece.
pub struct Maker {
    coding: Coding,
    shape: Shape,
    /// What came before it was known how it is written, or what its records are.
    begun: Vec<u8>,
    made: Made,
}

enum Coding {
    Unknown,
    Bytes,
    Wide(Box<Decoder>),
}

enum Shape {
    Unknown,
    Lines,
    Objects(Objects),
    Rows(Rows),
}

impl Default for Maker {
    fn default() -> Self {
        Self { coding: Coding::Unknown, shape: Shape::Unknown, begun: Vec::new(), made: Made::AsItWas }
    }
}

impl Maker {
    /// What was done so far.
    pub fn made(&self) -> Made {
        self.made
    }

    /// Takes the next bytes; answers what is made of those so far.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.take(bytes, false)
    }

    /// What is left once the log has ended.
    pub fn finish(&mut self) -> Vec<u8> {
        self.take(&[], true)
    }

    fn take(&mut self, bytes: &[u8], last: bool) -> Vec<u8> {
        if matches!(self.coding, Coding::Unknown) {
            self.begun.extend_from_slice(bytes);
            if self.begun.len() < CODED && !last {
                return Vec::new();
            }
            let begun = std::mem::take(&mut self.begun);
            self.coding = coding(&begun);
            let text = match self.coding {
                Coding::Wide(_) => begun.as_slice(),
                _ => begun.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&begun),
            };
            return self.read(text, last);
        }
        self.read(bytes, last)
    }

    fn read(&mut self, bytes: &[u8], last: bool) -> Vec<u8> {
        let Coding::Wide(decoder) = &mut self.coding else { return self.shape(bytes.to_vec(), last) };
        self.made = Made::Decoded;
        // Two bytes become three at most; a few more are for what was held of a character.
        let mut text = String::with_capacity(bytes.len() * 2 + 16);
        let mut rest = bytes;
        loop {
            let (_, read, _) = decoder.decode_to_string(rest, &mut text, last);
            rest = &rest[read..];
            if rest.is_empty() {
                break;
            }
            text.reserve(rest.len() * 2 + 16);
        }
        self.shape(text.into_bytes(), last)
    }

    fn shape(&mut self, text: Vec<u8>, last: bool) -> Vec<u8> {
        if matches!(self.shape, Shape::Unknown) {
            self.begun.extend(text);
            match shape(&self.begun, last) {
                None => return Vec::new(),
                Some(shape) => self.shape = shape,
            }
            let begun = std::mem::take(&mut self.begun);
            return self.cut(&begun, last);
        }
        self.cut(&text, last)
    }

    fn cut(&mut self, text: &[u8], last: bool) -> Vec<u8> {
        let mut lines = Vec::with_capacity(text.len());
        let (given_up, made) = match &mut self.shape {
            Shape::Unknown | Shape::Lines => {
                lines.extend_from_slice(text);
                return lines;
            }
            Shape::Objects(objects) => (objects.take(text, last, &mut lines), (objects.any, Made::Objects)),
            Shape::Rows(rows) => (rows.take(text, last, &mut lines), (rows.any, Made::Rows)),
        };
        if let (true, made) = made {
            self.made = made;
        }
        if let Some(from) = given_up {
            self.shape = Shape::Lines;
            lines.extend_from_slice(&text[from..]);
        }
        lines
    }
}

/// How a text is written, by its first bytes: UTF-16 with a byte order mark, or with every second byte null.
fn coding(begun: &[u8]) -> Coding {
    let head = &begun[..begun.len().min(CODED)];
    // Nulls in a row are padding, as a log has where it was cut while it was being written; of UTF-16 every second byte is one.
    let padding = |at: usize| {
        let null = |at: Option<usize>| at.and_then(|at| head.get(at)) == Some(&0);
        null(at.checked_sub(1)) || null(at.checked_add(1))
    };
    let nulls = |odd: usize| {
        let every = head.iter().enumerate().skip(odd).step_by(2);
        every.filter(|(at, byte)| **byte == 0 && !padding(*at)).count() * 5
    };
    let encoding = match head {
        [0xff, 0xfe, ..] => UTF_16LE,
        [0xfe, 0xff, ..] => UTF_16BE,
        _ if head.len() > 20 && nulls(1) > head.len() * 2 => UTF_16LE,
        _ if head.len() > 20 && nulls(0) > head.len() * 2 => UTF_16BE,
        _ => return Coding::Bytes,
    };
    Coding::Wide(Box::new(encoding.new_decoder_with_bom_removal()))
}

/// What the records of a text are, by its first line; none while that has not ended.
fn shape(begun: &[u8], last: bool) -> Option<Shape> {
    let head = &begun[..begun.len().min(TELLING)];
    let full = last || begun.len() >= TELLING;
    let text = head.trim_ascii_start();
    let line = text.iter().position(|byte| *byte == b'\n').map(|end| &text[..end]);
    if let Some(rest) = text.strip_prefix(b"[") {
        return match rest.trim_ascii_start().first() {
            Some(b'{') => Some(Shape::Objects(Objects::new(1))),
            None if !full => None,
            _ => Some(Shape::Lines),
        };
    }
    match line {
        None if !full => None,
        None if text.starts_with(b"{") && !last => Some(Shape::Objects(Objects::new(0))),
        line => {
            let line = line.unwrap_or(text);
            if text.starts_with(b"{") && !ends_in_its_line(line) {
                Some(Shape::Objects(Objects::new(0)))
            } else if quoted_throughout(line) {
                // Only where columns are quoted throughout: elsewhere a quotation mark is a mark like others.
                Some(Shape::Rows(Rows::default()))
            } else {
                Some(Shape::Lines)
            }
        }
    }
}

/// Whether the object that begins a line ends in it.
fn ends_in_its_line(line: &[u8]) -> bool {
    let mut scan = Scan::default();
    line.iter().for_each(|byte| scan.step(*byte));
    scan.depth == 0 || scan.quoted
}

/// Whether a row's columns stand in quotation marks.
fn quoted_throughout(line: &[u8]) -> bool {
    let quoted = |mark: u8| line.windows(3).any(|three| three == [b'"', mark, b'"']);
    quoted(b',') || quoted(b';')
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

/// The objects of a list, or of one after another, on a line each; a list's members that are no objects too. One that
/// never ends is given up: from it on each line is one, and told of as such.
struct Objects {
    /// How deep the objects stand: 1 in a list.
    list: usize,
    scan: Scan,
    /// The line that is being made, and what it is made of.
    line: Vec<u8>,
    raw: Vec<u8>,
    /// Whether anything of the present list has come.
    begun: bool,
    /// Whether an object was put on a line.
    any: bool,
}

impl Objects {
    fn new(list: usize) -> Self {
        Self { list, scan: Scan::default(), line: Vec::new(), raw: Vec::new(), begun: false, any: false }
    }

    /// Takes text in; answers from where it is left as it is, where it is given up.
    fn take(&mut self, text: &[u8], last: bool, lines: &mut Vec<u8>) -> Option<usize> {
        for (at, byte) in text.iter().enumerate() {
            self.raw.push(*byte);
            self.step(*byte, lines);
            if self.raw.len() > OBJECT {
                lines.append(&mut self.raw);
                return Some(at + 1);
            }
        }
        // What ended too early is left as it was, line by line.
        if last && !self.line.is_empty() {
            lines.append(&mut self.raw);
        }
        None
    }

    fn step(&mut self, byte: u8, lines: &mut Vec<u8>) {
        let Self { list, scan, .. } = self;
        let outside = scan.depth == *list && !scan.quoted;
        scan.step(byte);
        let within = !scan.quoted;
        let opens = scan.depth == 1 && byte == b'[' && !self.begun;
        let bracket = *list == 1 && within && (opens || scan.depth == 0);
        match byte {
            _ if bracket => {
                // After one list there may be another.
                self.begun = false;
                self.raw.clear();
            }
            b'\n' | b'\r' => {
                if !outside {
                    self.line.push(b' ');
                }
            }
            b',' | b' ' | b'\t' if outside => {}
            other => {
                self.begun = true;
                self.line.push(other);
                if scan.depth == *list && within && matches!(other, b'}' | b']') {
                    self.any = true;
                    lines.append(&mut self.line);
                    lines.push(b'\n');
                    self.raw.clear();
                }
            }
        }
    }
}

/// Rows of CSV, where some go on in the next line inside quotation marks. One that never ends is given up: it and what
/// comes after it is left as it is.
#[derive(Default)]
struct Rows {
    inside: bool,
    row: Vec<u8>,
    /// Ends of lines within the row that were taken out of it.
    taken_out: Vec<(usize, u8)>,
    /// Whether a row went on in another line.
    any: bool,
}

impl Rows {
    fn take(&mut self, text: &[u8], last: bool, lines: &mut Vec<u8>) -> Option<usize> {
        for (at, byte) in text.iter().enumerate() {
            match *byte {
                end @ (b'\n' | b'\r') if self.inside => {
                    self.taken_out.push((self.row.len(), end));
                    self.row.push(b' ');
                }
                other => {
                    self.inside ^= other == b'"';
                    self.row.push(other);
                }
            }
            if *byte == b'\n' && !self.inside {
                self.any |= !self.taken_out.is_empty();
                self.taken_out.clear();
                lines.append(&mut self.row);
            } else if self.row.len() > LONGEST {
                // A line that is too long is so however it ends; a row of several lines is given up.
                let given_up = !self.taken_out.is_empty();
                self.put_back();
                lines.append(&mut self.row);
                if given_up {
                    return Some(at + 1);
                }
            }
        }
        if last {
            if self.inside {
                self.put_back();
            }
            self.any |= !self.taken_out.is_empty();
            lines.append(&mut self.row);
        }
        None
    }

    fn put_back(&mut self) {
        for (at, end) in self.taken_out.drain(..) {
            if let Some(byte) = self.row.get_mut(at) {
                *byte = end;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
        let padded = ["\0".repeat(4_096).as_str(), "time,url\n1,a\n"].concat();
        assert_eq!(made(padded.as_bytes()), (padded.clone(), Made::AsItWas), "nulls in a row are no UTF-16");
        assert_eq!(made(b"\xef\xbb\xbftime,url\n"), ("time,url\n".into(), Made::AsItWas));
        let list = b"[\n {\"a\": \"x, ]\",\n  \"b\": [1, 2]},\n {\"a\": 2}\n]\n";
        assert_eq!(made(list), ("{\"a\": \"x, ]\",   \"b\": [1, 2]}\n{\"a\": 2}\n".into(), Made::Objects));
        let two = [list.as_slice(), list].concat();
        assert_eq!(made(&two).0.lines().count(), 4);
        let pretty = b"{\n\"a\": 1\n}\n{\n\"a\": 2\n}\n";
        assert_eq!(made(pretty), ("{ \"a\": 1 }\n{ \"a\": 2 }\n".into(), Made::Objects));
        let lines = b"{\"a\": 1}\n{\"a\": 2}\n";
        assert_eq!(made(lines), ("{\"a\": 1}\n{\"a\": 2}\n".into(), Made::AsItWas));
        assert_eq!(made(b"\"a\",\"b\nc\"\n\"d\",\"e\"\n"), ("\"a\",\"b c\"\n\"d\",\"e\"\n".into(), Made::Rows));
    }

    #[test]
    fn what_is_never_closed_is_left_and_rejected_line_by_line() {
        for open in [&b"\"a\",\"b\n\"d\",\"e\"\n"[..], b"{\n\"a\": 1\n", b"[{\"a\": 1,\n\"b\": 2\n"] {
            let (lines, made) = lines(open);
            assert_eq!((lines.len(), made), (open.len() - usize::from(open[0] == b'['), Made::AsItWas));
        }
        // One stray quotation mark costs the rows within its reach, and no more than 64 KiB of them are held.
        let rows = "\"1\",\"a\"\n".repeat(40_000);
        let stray = format!("\"1\",\"a\"\n\"1\",\"a\" \"\n{rows}");
        let (lines, made) = lines(stray.as_bytes());
        assert_eq!((lines == stray.as_bytes(), made), (true, Made::AsItWas));
        let endless = format!("{{\n\"a\": \"{}\n", "x\n".repeat(OBJECT));
        assert_eq!(super::lines(endless.as_bytes()), (endless.into_bytes(), Made::AsItWas));
    }

    proptest! {
        #[test]
        fn the_same_bytes_make_the_same_lines_however_they_arrive(
            kind in 0_usize..5, seed in prop::collection::vec("[a-z\"{}\\[\\], \n]{0,40}", 1..60), piece in 1_usize..700,
        ) {
            let begins = ["", "[{\"a\": 1},\n", "{\n", "\"a\",\"b\"\n", "a\n"][kind];
            let text = format!("{begins}{}", seed.join("\n"));
            let file: Vec<u8> = match kind {
                4 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                _ => text.into_bytes(),
            };
            let mut maker = Maker::default();
            let mut pieces: Vec<u8> = file.chunks(piece).flat_map(|bytes| maker.push(bytes)).collect();
            pieces.extend(maker.finish());
            prop_assert_eq!((pieces, maker.made()), lines(&file));
        }
    }
}
