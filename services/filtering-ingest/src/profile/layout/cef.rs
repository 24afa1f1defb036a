//! Common Event Format: seven header fields between bars without a backslash before them, then keys whose values run to
//! the next key. The `CEF:` may have been cut off by a collector. The header's fields are the values `cef.vendor`,
//! `cef.product`, `cef.version`, `cef.event`, `cef.name` and `cef.severity`; the value of a custom field whose label is
//! Policy is `label:policy`.

use super::{Slot, Slots};
use crate::{observation::Rejected, profile::slots::Names};

/// Reads CEF.
#[derive(Debug, Clone)]
pub(crate) struct Cef {
    names: Names,
    header: [Option<Slot>; 7],
    labels: Vec<(String, Slot)>,
}

impl Cef {
    pub fn new(names: &Names) -> Self {
        let header =
            ["cef.format", "cef.vendor", "cef.product", "cef.version", "cef.event", "cef.name", "cef.severity"];
        let label = |(slot, name): (Slot, &str)| Some((name.strip_prefix("label:")?.to_owned(), slot));
        Self {
            header: header.map(|name| names.find(name)),
            labels: names.iter().filter_map(label).collect(),
            names: names.clone(),
        }
    }

    /// Reads a line.
    pub fn read<'a>(&self, line: &'a str, slots: &mut Slots<'a>) -> Result<(), Rejected> {
        let mut rest = line.find("CEF:").map_or(line, |at| &line[at + 4..]);
        for (place, slot) in self.header.iter().enumerate() {
            let Some(bar) = unescaped(rest, b'|') else {
                return Err(Rejected::malformed("there are not seven header fields"));
            };
            let field = rest[..bar].trim();
            if place == 0 && field.parse::<u8>().is_err() {
                return Err(Rejected::malformed("the header does not begin with a version"));
            }
            if let Some(slot) = slot {
                slots.set(*slot, field, field.contains('\\'));
            }
            rest = &rest[bar + 1..];
        }
        let mut labelled = Vec::new();
        pairs(rest, |key, value| {
            let escaped = value.contains(['\\', '"']);
            if let Some(slot) = self.names.find(key) {
                slots.set(slot, value, escaped);
            }
            if !self.labels.is_empty() {
                labelled.push((key, value));
            }
        });
        // Every value of a field whose label is asked for: an address may hold such fields of its own, before the device's.
        let mut wanted: Vec<(&str, Slot)> =
            labelled.iter().filter_map(|(key, label)| self.labelled(key, label)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        for (key, value) in labelled.iter().filter(|_| !wanted.is_empty()) {
            let from = wanted.partition_point(|(other, _)| other < key);
            for (_, slot) in wanted[from..].iter().take_while(|(other, _)| other == key) {
                slots.set(*slot, value, value.contains(['\\', '"']));
            }
        }
        Ok(())
    }

    /// The field that a label is of, and the place of what it is called, where that is asked for.
    fn labelled<'a>(&self, key: &'a str, label: &str) -> Option<(&'a str, Slot)> {
        let field = key.strip_suffix("Label")?;
        let label = label.trim().trim_matches('"');
        let (_, slot) = self.labels.iter().find(|(wanted, _)| wanted.eq_ignore_ascii_case(label))?;
        Some((field, *slot))
    }
}

/// Where a mark first stands without a backslash before it.
fn unescaped(text: &str, wanted: u8) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let found = byte == wanted && !escaped;
        escaped = byte == b'\\' && !escaped;
        found
    })
}

/// The keys with their values, in one pass. A key is a word directly before an unescaped equals sign, after a blank or
/// the start.
fn pairs<'a>(text: &'a str, mut each: impl FnMut(&'a str, &'a str)) {
    let bytes = text.as_bytes();
    let key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    // The key found last, and where its value begins.
    let mut open: Option<(&str, usize)> = None;
    let (mut word, mut escaped, mut whole) = (0, false, true);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b' ' | b'\t' => (word, whole) = (at + 1, true),
            b'=' if !escaped && whole && word < at => {
                if let Some((key, from)) = open {
                    each(key, &text[from..word]);
                }
                open = Some((&text[word..at], at + 1));
                whole = false;
            }
            byte => whole &= key(byte),
        }
        escaped = *byte == b'\\' && !escaped;
    }
    if let Some((key, from)) = open {
        each(key, &text[from..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_run_to_the_next_key() {
        let mut all = Vec::new();
        pairs(r"act=blocked a \= b msg= Two words | and \ more cs1=OU=Users,DC=x/y suser= cn1 = 4", |k, v| {
            all.push((k, v.trim()))
        });
        let expected = [
            ("act", r"blocked a \= b"),
            ("msg", r"Two words | and \ more"),
            ("cs1", "OU=Users,DC=x/y"),
            ("suser", "cn1 = 4"),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn many_equals_signs_take_no_time() {
        let text = "=".repeat(64 << 10);
        let mut count = 0;
        pairs(&text, |_, _| count += 1);
        assert_eq!(count, 0);
    }
}
