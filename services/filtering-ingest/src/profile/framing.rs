//! What stands before a product's own line: an octet count, a priority, a syslog header of RFC 3164 or 5424 in the ways
//! devices write it (without a year, without a host, with a blank behind the priority, with an ISO time, or with nothing
//! but the time), a byte order mark, a product's own prefix.

use super::moment::{self, Order, Written};

/// How a product's lines are framed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Framing {
    /// Whether a syslog header may stand before a line.
    pub syslog: bool,
    /// What a line's own text begins with, where that tells it from the header.
    pub begins: Vec<String>,
    /// What a product puts before its lines.
    pub prefixes: Vec<String>,
}

/// A line without its frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Framed<'a> {
    /// The product's own text.
    pub message: &'a str,
    /// The header's time.
    pub at: Option<Written>,
    /// The header's host.
    pub host: &'a str,
}

/// A header reaches no further into a line.
const HEADER: usize = 300;

impl Framing {
    /// Takes the frame off a line.
    pub fn strip<'a>(&self, line: &'a str) -> Framed<'a> {
        let mut framed = Framed { message: line, at: None, host: "" };
        if self.syslog {
            framed = self.header(line);
        }
        framed.message = framed.message.trim_start_matches(['\u{feff}', ' ']);
        for prefix in &self.prefixes {
            framed.message = framed.message.strip_prefix(prefix.as_str()).unwrap_or(framed.message);
        }
        framed
    }

    fn header<'a>(&self, line: &'a str) -> Framed<'a> {
        let none = Framed { message: line, at: None, host: "" };
        let counted = octets(line);
        let (rest, priority) = match priority(counted) {
            Some(rest) => (rest, true),
            None => (counted, false),
        };
        if priority && let Some(framed) = rfc5424(rest) {
            return framed;
        }
        let rest = rest.trim_start_matches(' ');
        let (at, rest) = match time(rest) {
            Some((at, rest)) => (Some(at), rest),
            // A line that begins neither with a priority nor with a time has no header.
            None if !priority && self.begin(line).is_none_or(|at| at == 0) => return none,
            None => (None, rest),
        };
        if let Some(begin) = self.begin(rest) {
            return Framed { message: &rest[begin..], at, host: word(rest.get(..begin).unwrap_or_default()) };
        }
        if at.is_none() {
            return Framed { message: rest, at, host: "" };
        }
        // The host, then perhaps the program with a colon behind it.
        let (host, after) = rest.split_once(' ').unwrap_or((rest, ""));
        let message = match after.split_once(' ') {
            Some((tag, message)) if tag.ends_with(':') => message,
            _ => after,
        };
        Framed { message, at, host }
    }

    /// Where a line's own text begins.
    fn begin(&self, rest: &str) -> Option<usize> {
        let mut end = rest.len().min(HEADER);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let head = &rest[..end];
        // Pairs from the first word on: no header stands before them, whatever pair comes first.
        let pairs = self.begins.iter().any(|begin| begin.ends_with('='));
        if pairs && head.split(' ').next().is_some_and(|word| word.contains('=')) {
            return Some(0);
        }
        self.begins
            .iter()
            .filter_map(|begin| {
                // At the start or behind a blank.
                let mut from = 0;
                while let Some(found) = head.get(from..)?.find(begin.as_str()).map(|found| found + from) {
                    if found == 0 || head.as_bytes()[found - 1] == b' ' {
                        return Some(found);
                    }
                    from = found + 1;
                }
                None
            })
            .min()
    }
}

/// RFC 6587: the length of the frame stands before it, and is a number before a priority.
fn octets(line: &str) -> &str {
    let digits = line.bytes().take(8).take_while(u8::is_ascii_digit).count();
    match line.get(digits..) {
        Some(rest) if digits > 0 && rest.starts_with(" <") => &rest[1..],
        _ => line,
    }
}

/// What stands behind `<134>`.
pub(super) fn priority(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('<')?;
    let digits = rest.bytes().take(3).take_while(u8::is_ascii_digit).count();
    if digits == 0 { None } else { rest.get(digits..)?.strip_prefix('>') }
}

fn rfc5424(rest: &str) -> Option<Framed<'_>> {
    let rest = rest.strip_prefix("1 ")?;
    let (stamp, rest) = rest.split_once(' ')?;
    let at = if stamp == "-" { None } else { Some(moment::read(stamp, Order::Ymd)?) };
    let (host, rest) = rest.split_once(' ')?;
    let mut rest = rest;
    // Program, process and message id.
    for _ in 0..3 {
        rest = rest.split_once(' ')?.1;
    }
    let message = if let Some(after) = rest.strip_prefix('-') { after } else { structured(rest)? };
    Some(Framed { message: message.strip_prefix(' ').unwrap_or(message), at, host })
}

/// What stands behind the structured data.
fn structured(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while bytes.get(at) == Some(&b'[') {
        let mut quoted = false;
        loop {
            match bytes.get(at)? {
                b'\\' if quoted => at += 1,
                b'"' => quoted = !quoted,
                b']' if !quoted => break,
                _ => {}
            }
            at += 1;
        }
        at += 1;
    }
    if at == 0 { None } else { text.get(at..) }
}

/// A header's time, and what stands behind it: `Mar  2 10:15:42`, `Mar  2 2026 10:15:42`, or ISO 8601 with a `T`, to
/// which a host may be glued.
fn time(text: &str) -> Option<(Written, &str)> {
    let bytes = text.as_bytes();
    if bytes.first()?.is_ascii_uppercase() {
        for length in [15, 20] {
            let Some(stamp) = text.get(..length) else { continue };
            let ended = bytes.get(length).is_none_or(|byte| matches!(byte, b' ' | b':'));
            if ended && let Some(at) = moment::read(stamp, Order::Ymd) {
                return Some((at, text[length..].trim_start_matches([':', ' '])));
            }
        }
        return None;
    }
    if bytes.get(10) != Some(&b'T') || !bytes.first()?.is_ascii_digit() {
        return None;
    }
    let mut end = 19;
    if bytes.get(end) == Some(&b'.') {
        end += 1;
        while bytes.get(end).is_some_and(u8::is_ascii_digit) {
            end += 1;
        }
    }
    if bytes.get(end) == Some(&b'Z') && bytes.get(end + 1).is_none_or(|byte| *byte == b' ') {
        end += 1;
    } else if matches!(bytes.get(end), Some(b'+' | b'-')) {
        end += 1;
        while bytes.get(end).is_some_and(|byte| byte.is_ascii_digit() || *byte == b':') {
            end += 1;
        }
    }
    let at = moment::read(text.get(..end)?, Order::Ymd)?;
    Some((at, text.get(end..)?.trim_start()))
}

fn word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip(begins: &[&str], line: &'static str) -> (&'static str, bool, &'static str) {
        let begins = begins.iter().map(|b| (*b).to_owned()).collect();
        let framed = Framing { syslog: true, begins, prefixes: vec!["Info: ".into()] }.strip(line);
        (framed.message, framed.at.is_some(), framed.host)
    }

    #[test]
    fn headers_are_taken_off_in_every_way_devices_write_them() {
        for (line, at, host) in [
            ("1794825936.916 x", false, ""),
            ("<134>Nov 16 10:45:36 proxy squid[12]: 1794825936.916 x", true, "proxy"),
            ("<134> Nov 16 10:45:36 proxy 1794825936.916 x", true, "proxy"),
            ("<134>Nov  6 2026 10:45:36: proxy 1794825936.916 x", true, "proxy"),
            ("Nov 16 10:45:36 proxy squid: 1794825936.916 x", true, "proxy"),
            ("<134>2026-11-16T10:45:36.5Z proxy squid: 1794825936.916 x", true, "proxy"),
            ("<134>1 2026-11-16T10:45:36.123456Z proxy squid - - - 1794825936.916 x", true, "proxy"),
            ("93 <134>1 - proxy squid 7 id [a b=\"c ] \\\" d\"] \u{feff}1794825936.916 x", false, "proxy"),
            ("<134>1794825936.916 x", false, ""),
            ("Info: 1794825936.916 x", false, ""),
        ] {
            assert_eq!(strip(&[], line), ("1794825936.916 x", at, host), "{line}");
        }
        for (line, at, host) in [
            ("<134>date=1 a=date=2", false, ""),
            ("<134> Nov 16 10:45:36 date=1 a=date=2", true, ""),
            ("<134> Nov 16 10:45:36 wall date=1 a=date=2", true, "wall"),
            ("2026-11-16T10:45:36WALL.example bluecoat - x - date=1 a=date=2", true, "WALL.example"),
        ] {
            assert_eq!(strip(&["date="], line), ("date=1 a=date=2", at, host), "{line}");
        }
    }
}
