//! A line by a pattern of values with fixed text between them. Blanks in the pattern stand for any number of blanks; a
//! line that ends early has the values up to there.

use memchr::{memchr, memchr_iter, memchr2, memmem::Finder};

use super::{Slot, Slots};
use crate::{observation::Rejected, profile::slots::Names};

/// A pattern.
#[derive(Debug, Clone, Default)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Blanks,
    Fixed(String),
    Value { slot: Option<Slot>, until: Until },
}

#[derive(Debug, Clone)]
enum Until {
    /// The end of the line.
    End,
    /// The next blank.
    Blank,
    /// The next blank behind so many others: a time that is written with blanks.
    Words(usize),
    /// The next of this mark; a blank before it does not fit.
    Mark(u8),
    /// The next of this mark, whatever stands before it.
    Closing(u8),
    /// The next quotation mark that no backslash stands before.
    Quote(u8),
    /// The next of this text.
    Text(Finder<'static>),
}

/// A piece of a pattern as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Fixed text.
    Fixed(String),
    /// A value.
    Value(String),
}

/// Marks that close what another mark opens: blanks may stand before them.
const CLOSING: &[u8] = b"\"]>|\t)'";

impl Template {
    /// Makes a pattern of its pieces.
    pub fn new(pieces: &[Piece], names: &Names) -> Result<Self, String> {
        let mut parts = Vec::new();
        for (place, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Fixed(text) => {
                    let mut rest = text.as_str();
                    while !rest.is_empty() {
                        let blanks = rest.len() - rest.trim_start_matches(' ').len();
                        let fixed = rest.find(' ').unwrap_or(rest.len());
                        if blanks > 0 {
                            parts.push(Part::Blanks);
                            rest = &rest[blanks..];
                        } else {
                            parts.push(Part::Fixed(rest[..fixed].to_owned()));
                            rest = &rest[fixed..];
                        }
                    }
                }
                Piece::Value(name) => {
                    let until = match pieces.get(place + 1) {
                        None => Until::End,
                        Some(Piece::Value(next)) => {
                            return Err(format!("Put text between {name} and {next}: nothing tells where one ends"));
                        }
                        Some(Piece::Fixed(text)) => Until::new(text, before(pieces, place)).over(blanks(name)),
                    };
                    parts.push(Part::Value { slot: names.find(name), until });
                }
            }
        }
        // The last value of a line of words is a word: what stands behind it belongs to nobody.
        if let Some(Part::Value { until, .. }) = parts.last_mut()
            && let [.., Piece::Fixed(text), Piece::Value(name)] = pieces
            && text.ends_with([' ', '/'])
        {
            *until = Until::Blank.over(blanks(name));
        }
        Ok(Self { parts })
    }

    /// Reads the pieces of a pattern with `{name}` for each value, `{{` for a bracket.
    pub fn pieces(pattern: &str) -> Result<Vec<Piece>, String> {
        let mut pieces = Vec::new();
        let mut fixed = String::new();
        let mut rest = pattern;
        while let Some(open) = rest.find('{') {
            fixed.push_str(&rest[..open]);
            rest = &rest[open + 1..];
            if let Some(after) = rest.strip_prefix('{') {
                fixed.push('{');
                rest = after;
                continue;
            }
            let (name, after) = rest.split_once('}').ok_or("Close the bracket behind each name: {name}")?;
            if !fixed.is_empty() {
                pieces.push(Piece::Fixed(std::mem::take(&mut fixed)));
            }
            pieces.push(Piece::Value(name.to_owned()));
            rest = after;
        }
        fixed.push_str(rest);
        if !fixed.is_empty() {
            pieces.push(Piece::Fixed(fixed));
        }
        Ok(pieces)
    }

    /// Reads a line.
    pub fn read<'a>(&self, line: &'a str, slots: &mut Slots<'a>) -> Result<(), Rejected> {
        let bytes = line.as_bytes();
        let mut at = 0;
        let mut last = None;
        let mut from = 0;
        for part in &self.parts {
            if at >= bytes.len() {
                slots.cut = Some(last);
                break;
            }
            match part {
                Part::Blanks => {
                    while bytes.get(at) == Some(&b' ') {
                        at += 1;
                    }
                }
                Part::Fixed(text) => {
                    if !bytes[at..].starts_with(text.as_bytes()) {
                        return Err(UNFIT);
                    }
                    at += text.len();
                }
                Part::Value { slot, until } => {
                    let (length, escaped) = until.length(&bytes[at..])?;
                    let value = line.get(at..at + length).ok_or(UNFIT)?;
                    if let Some(slot) = slot {
                        slots.set(*slot, value, escaped);
                    }
                    last = *slot;
                    from = at;
                    at += length;
                }
            }
        }
        if at < bytes.len() {
            slots.behind = bytes.len() - from;
        }
        Ok(())
    }
}

/// The fixed text before a value.
fn before(pieces: &[Piece], place: usize) -> &str {
    match place.checked_sub(1).and_then(|before| pieces.get(before)) {
        Some(Piece::Fixed(text)) => text,
        _ => "",
    }
}

/// The blanks that a time's own format has, as in `%{%Y-%m-%d %H:%M:%S}tl`.
fn blanks(name: &str) -> usize {
    let format = name.strip_prefix('{').and_then(|rest| rest.split_once('}'));
    format.filter(|(_, code)| matches!(*code, "tl" | "tg")).map_or(0, |(format, _)| format.matches(' ').count())
}

const UNFIT: Rejected = Rejected::malformed("the line does not fit the format");

impl Until {
    fn new(next: &str, before: &str) -> Self {
        let mark = next.bytes().next().unwrap_or(b' ');
        match mark {
            b'"' | b'\'' if before.as_bytes().last() == Some(&mark) => Self::Quote(mark),
            b' ' if next.trim_start().is_empty() => Self::Blank,
            // A blank and more: the value may hold blanks itself.
            b' ' => Self::Text(Finder::new(next).into_owned()),
            mark if CLOSING.contains(&mark) => Self::Closing(mark),
            mark if mark.is_ascii() => Self::Mark(mark),
            _ => Self::Text(Finder::new(next).into_owned()),
        }
    }

    /// The same for a value that has so many blanks of its own.
    fn over(self, blanks: usize) -> Self {
        match self {
            Self::Blank if blanks > 0 => Self::Words(blanks),
            other => other,
        }
    }

    /// How long a value is that begins here, and whether it must be unescaped.
    fn length(&self, bytes: &[u8]) -> Result<(usize, bool), Rejected> {
        let length = match self {
            Self::End => Some(bytes.len()),
            Self::Blank => Some(memchr(b' ', bytes).unwrap_or(bytes.len())),
            Self::Words(blanks) => Some(memchr_iter(b' ', bytes).nth(*blanks).unwrap_or(bytes.len())),
            Self::Mark(mark) => match memchr2(*mark, b' ', bytes) {
                Some(at) if bytes[at] == *mark => Some(at),
                Some(_) => None,
                None => Some(bytes.len()),
            },
            Self::Closing(mark) => Some(memchr(*mark, bytes).unwrap_or(bytes.len())),
            Self::Text(text) => Some(text.find(bytes).unwrap_or(bytes.len())),
            Self::Quote(mark) => return quoted(bytes, *mark),
        };
        length.map(|length| (length, false)).ok_or(UNFIT)
    }
}

/// Up to the quotation mark that no backslash stands before.
fn quoted(bytes: &[u8], mark: u8) -> Result<(usize, bool), Rejected> {
    let mut escaped = false;
    let mut from = 0;
    while let Some(found) = memchr2(mark, b'\\', &bytes[from..]).map(|at| at + from) {
        if bytes[found] == mark {
            return Ok((found, escaped));
        }
        escaped = true;
        from = (found + 2).min(bytes.len());
    }
    Err(Rejected::truncated("a quotation mark is not closed"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::slots::Escapes;

    fn read(pattern: &str, names: &[&str], line: &'static str) -> Result<Vec<String>, &'static str> {
        let mut known = Names::default();
        for name in names {
            known.refer(name);
        }
        let pieces = Template::pieces(pattern).unwrap_or_default();
        let template = Template::new(&pieces, &known).unwrap_or_default();
        let mut slots = Slots::new(Escapes::Backslash);
        template.read(line, &mut slots).map_err(|r| r.reason)?;
        Ok((0..).zip(names).map(|(slot, _)| slots.text(slot).into_owned()).collect())
    }

    #[test]
    fn values_are_told_apart_by_what_stands_between_them() {
        let squid = "{time} {tag}/{status} {url} {user}";
        let names = ["tag", "status", "user"];
        assert_eq!(
            read(squid, &names, "1   TCP_HIT/200 http://a/ u1 more"),
            Ok(vec!["TCP_HIT".into(), "200".into(), "u1".into()])
        );
        assert_eq!(read(squid, &names, "1 TCP_HIT 200/ x"), Err("malformed"));
        assert_eq!(read(squid, &names, "1 TCP_HIT/200"), Ok(vec!["TCP_HIT".into(), "200".into(), String::new()]));
        let agent = "{ip} \"{agent}\" <{rest}> {end}";
        let names = ["agent", "rest", "end"];
        assert_eq!(
            read(agent, &names, r#"1 "a \"b\" c" <x, y> z"#),
            Ok(vec![r#"a "b" c"#.into(), "x, y".into(), "z".into()])
        );
        assert_eq!(read(agent, &names, r#"1 "never closed"#), Err("truncated"));
    }
}
