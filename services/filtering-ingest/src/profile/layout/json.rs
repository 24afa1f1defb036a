//! One JSON object to a line. Names are paths, with dots between the steps; values are taken as they are written, whatever
//! their type, and nothing that nobody asks for is built.

use super::{Slot, Slots};
use crate::{observation::Rejected, profile::slots::Names};

/// How deep objects may lie in one another.
const DEEPEST: usize = 64;

/// What is asked for, as a tree of names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Json {
    root: Node,
}

#[derive(Debug, Clone, Default)]
struct Node {
    name: String,
    slot: Option<Slot>,
    below: Vec<Node>,
}

const BROKEN: Rejected = Rejected::malformed("the line is no whole JSON object");

impl Json {
    pub fn new(names: &Names) -> Self {
        let mut root = Node::default();
        for (slot, path) in names.iter() {
            let mut node = &mut root;
            for step in path.split('.') {
                let place = node.below.iter().position(|n| n.name.eq_ignore_ascii_case(step)).unwrap_or_else(|| {
                    node.below.push(Node { name: step.to_owned(), ..Node::default() });
                    node.below.len() - 1
                });
                node = &mut node.below[place];
            }
            node.slot = Some(slot);
        }
        Self { root }
    }

    /// Reads a line.
    pub fn read<'a>(&self, line: &'a str, slots: &mut Slots<'a>) -> Result<(), Rejected> {
        let line = line.trim();
        if !line.starts_with('{') {
            return Err(Rejected::malformed("the line does not begin with a JSON object"));
        }
        let end = object(line, &self.root, slots).ok_or(BROKEN)?;
        // A list's comma may be left behind an object.
        if line[end..].trim_matches([' ', '\t', ',']).is_empty() { Ok(()) } else { Err(BROKEN) }
    }
}

/// Reads an object; answers where it ends.
fn object<'a>(text: &'a str, node: &Node, slots: &mut Slots<'a>) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = blank(bytes, 1);
    if bytes.get(at) == Some(&b'}') {
        return Some(at + 1);
    }
    loop {
        let from = at;
        at = string(bytes, at)?;
        let key = text.get(from + 1..at - 1)?;
        at = blank(bytes, at);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        at = blank(bytes, at + 1);
        let rest = text.get(at..)?;
        let known = node.below.iter().find(|below| below.name.eq_ignore_ascii_case(key));
        let length = match known {
            Some(below) if !below.below.is_empty() && rest.starts_with('{') => object(rest, below, slots)?,
            _ => value(rest)?,
        };
        if let Some(slot) = known.and_then(|known| known.slot) {
            put(rest.get(..length)?, slot, slots);
        }
        at = blank(bytes, at + length);
        match bytes.get(at) {
            Some(b',') => at = blank(bytes, at + 1),
            Some(b'}') => return Some(at + 1),
            _ => return None,
        }
    }
}

/// A plain string without its quotation marks; what must be unescaped as it stands.
fn put<'a>(raw: &'a str, slot: Slot, slots: &mut Slots<'a>) {
    let inner = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.contains('\\') => slots.set(slot, inner, false),
        Some(_) => slots.set(slot, raw, true),
        None if raw == "null" || raw == "[]" || raw.starts_with('{') => {}
        None => slots.set(slot, raw, raw.starts_with('[')),
    }
}

fn blank(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// The end of the string that begins here.
fn string(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut from = at + 1;
    loop {
        let found = memchr::memchr2(b'"', b'\\', bytes.get(from..)?)? + from;
        if bytes[found] == b'"' {
            return Some(found + 1);
        }
        from = found + 2;
    }
}

/// The length of the value that begins here: a string, a number or word, a list or an object.
pub(crate) fn value(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut open: Vec<u8> = Vec::new();
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'"' => at = string(bytes, at)?,
            b'{' | b'[' => {
                if open.len() == DEEPEST {
                    return None;
                }
                open.push(bytes[at]);
                at += 1;
            }
            closing @ (b'}' | b']') => {
                let opened = if *closing == b'}' { b'{' } else { b'[' };
                if open.pop() != Some(opened) {
                    return None;
                }
                at += 1;
            }
            b',' | b':' | b' ' | b'\t' if !open.is_empty() => {
                at += 1;
                continue;
            }
            byte if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.') => {
                while bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.')) {
                    at += 1;
                }
            }
            _ => return None,
        }
        if open.is_empty() {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::slots::Escapes;

    #[test]
    fn values_are_taken_by_path_whatever_their_type() {
        let mut names = Names::default();
        for name in ["event.url", "count", "names", "off"] {
            names.refer(name);
        }
        let json = Json::new(&names);
        let read = |line: &'static str| {
            let mut slots = Slots::new(Escapes::Json);
            json.read(line, &mut slots).map(|()| [0, 1, 2, 3].map(|slot| slots.text(slot).into_owned()))
        };
        let line = r#" {"Event" : {"x": [{"url": 1}], "url": "http:\/\/a\u002e/"}, "count": 12, "names": ["a", "b"], "off": false} ,"#;
        assert_eq!(read(line), Ok(["http://a./", "12", "a,b", "false"].map(str::to_owned)));
        assert_eq!(read("{}"), Ok([""; 4].map(str::to_owned)));
        for broken in ["[]", "{", r#"{"a"}"#, r#"{"a": }"#, r#"{"a": "b"#, r#"{"a": 1} {"#, r#"{"a": [1}"#] {
            assert!(read(broken).is_err(), "{broken}");
        }
        let deep: &'static str = Box::leak(format!("{{\"a\": {}1{}}}", "[".repeat(100), "]".repeat(100)).into());
        assert!(read(deep).is_err());
    }
}
