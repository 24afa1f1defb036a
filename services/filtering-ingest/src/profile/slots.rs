//! What a layout found in a line, by the names a profile refers to. Values stay as they stand in the line; those that
//! must be unescaped are marked and unescaped when they are asked for.

use std::borrow::Cow;

/// The most names of a line's parts that a profile may refer to.
pub(crate) const SLOTS: usize = 60;
/// The longest of those names, in bytes: a path within an object is walked step by step, each within the one before.
const NAME: usize = 200;

/// A name's place.
pub(crate) type Slot = u8;

/// The names a profile refers to.
#[derive(Debug, Default, Clone)]
pub(crate) struct Names(Vec<String>);

impl Names {
    /// The place of a name; a new one where it was not referred to before, none where there are too many or it is too long.
    pub fn refer(&mut self, name: &str) -> Option<Slot> {
        if let Some(slot) = self.find(name) {
            return Some(slot);
        }
        (self.0.len() < SLOTS && name.len() <= NAME).then(|| {
            self.0.push(name.to_owned());
            Slot::try_from(self.0.len() - 1).unwrap_or_default()
        })
    }

    /// The place of a name that is referred to. Capitals do not tell names apart.
    pub fn find(&self, name: &str) -> Option<Slot> {
        let place = self.0.iter().position(|known| known.eq_ignore_ascii_case(name))?;
        Slot::try_from(place).ok()
    }

    /// Every name with its place.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, &str)> {
        (0..).zip(self.0.iter().map(String::as_str))
    }
}

/// How a layout writes what would end a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// It does not.
    None,
    /// A quotation mark is doubled.
    Doubled,
    /// A backslash stands before it.
    Backslash,
    /// As in CEF.
    Cef,
    /// As in JSON: the value stands with its quotation marks, or is a list.
    Json,
}

/// The values of one line.
#[derive(Clone)]
pub(crate) struct Slots<'a> {
    values: [&'a str; SLOTS],
    escaped: u64,
    escapes: Escapes,
    /// Further values of places that had another before, and whether they must be unescaped, in the line's order.
    pub doubled: Vec<(Slot, &'a str, bool)>,
    /// The value that the line was cut off in; the outer is set where it was cut off at all.
    pub cut: Option<Option<Slot>>,
    /// How much of the line is left from its last value on, where more stands behind that; 0 where nothing does.
    pub behind: usize,
}

impl<'a> Slots<'a> {
    pub fn new(escapes: Escapes) -> Self {
        Self { values: [""; SLOTS], escaped: 0, escapes, doubled: Vec::new(), cut: None, behind: 0 }
    }

    /// Puts a value in its place; the first of several stays, and those that differ from it are kept beside it.
    pub fn set(&mut self, slot: Slot, value: &'a str, escaped: bool) {
        let Some(place) = self.values.get_mut(usize::from(slot)) else { return };
        if place.is_empty() {
            *place = value;
            self.escaped |= u64::from(escaped) << slot;
        } else if !value.is_empty() && *place != value {
            self.doubled.push((slot, value, escaped));
        }
    }

    /// Puts the n-th further value into its place, and what stood there in its stead; done twice, all is as it was.
    pub fn swap(&mut self, n: usize) {
        let Some((slot, value, escaped)) = self.doubled.get_mut(n) else { return };
        let Some(place) = self.values.get_mut(usize::from(*slot)) else { return };
        std::mem::swap(place, value);
        let bit = 1_u64 << *slot;
        let before = self.escaped & bit != 0;
        self.escaped = (self.escaped & !bit) | if *escaped { bit } else { 0 };
        *escaped = before;
    }

    /// A value as it stands in the line.
    pub fn raw(&self, slot: Slot) -> &'a str {
        self.values.get(usize::from(slot)).copied().unwrap_or_default()
    }

    /// A value as it is meant.
    pub fn text(&self, slot: Slot) -> Cow<'a, str> {
        let raw = self.raw(slot);
        if self.escaped & (1 << slot) == 0 {
            return Cow::Borrowed(trimmed(raw));
        }
        match self.escapes {
            Escapes::None => Cow::Borrowed(raw),
            Escapes::Doubled => Cow::Owned(raw.replace("\"\"", "\"")),
            Escapes::Backslash => Cow::Owned(unescape(raw)),
            Escapes::Cef => cef(raw),
            Escapes::Json => json(raw),
        }
    }

    /// The members of a value: a list's, or its parts between separators, or itself.
    pub fn each(&self, slot: Slot, mut take: impl FnMut(Cow<'a, str>)) {
        let raw = self.raw(slot);
        if self.escapes == Escapes::Json && raw.starts_with('[') {
            for member in members(raw) {
                take(json(member));
            }
        } else {
            take(self.text(slot));
        }
    }
}

/// Without blanks at its ends, which most values have none of.
fn trimmed(raw: &str) -> &str {
    let blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let bytes = raw.as_bytes();
    if blank(bytes.first()) || blank(bytes.last()) { raw.trim_matches([' ', '\t']) } else { raw }
}

/// A character behind a backslash is itself, `\n` and `\t` are a blank.
fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut characters = raw.chars();
    while let Some(c) = characters.next() {
        match (c, if c == '\\' { characters.next() } else { None }) {
            ('\\', Some('n' | 'r' | 't')) => text.push(' '),
            ('\\', Some(other)) => text.push(other),
            (c, _) => text.push(c),
        }
    }
    text
}

/// Of a CEF value: `\=`, `\|` and `\\` are unescaped, other backslashes stay, quotation marks around it go.
fn cef(raw: &str) -> Cow<'_, str> {
    let raw = raw.trim();
    let bare = |mark: &str| raw.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    let raw = bare("\\\"").or_else(|| bare("\"")).unwrap_or(raw);
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut characters = raw.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, characters.peek()) {
            ('\\', Some('=' | '|' | '\\' | '"')) => text.extend(characters.next()),
            ('\\', Some('n' | 'r')) => {
                characters.next();
                text.push(' ');
            }
            _ => text.push(c),
        }
    }
    Cow::Owned(text)
}

/// A JSON value as text: a string's own, a number's digits, nothing of null and of objects.
fn json(raw: &str) -> Cow<'_, str> {
    let inner = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.contains('\\') => Cow::Borrowed(inner),
        Some(_) => Cow::Owned(serde_json::from_str(raw).unwrap_or_default()),
        None if raw == "null" || raw.starts_with('{') => Cow::Borrowed(""),
        None if raw.starts_with('[') => {
            let texts: Vec<_> = members(raw).map(json).filter(|text| !text.is_empty()).collect();
            Cow::Owned(texts.join(","))
        }
        None => Cow::Borrowed(raw),
    }
}

/// The members of a JSON list that is known to be whole.
fn members(raw: &str) -> impl Iterator<Item = &str> {
    let mut rest = raw.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or_default();
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return None;
        }
        let end = super::layout::json::value(rest).unwrap_or(rest.len()).max(1);
        let member = rest.get(..end)?;
        rest = &rest[end..];
        Some(member)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(escapes: Escapes, raw: &str) -> String {
        let mut slots = Slots::new(escapes);
        slots.set(0, raw, true);
        slots.text(0).into_owned()
    }

    #[test]
    fn values_are_unescaped_as_their_layout_writes_them() {
        assert_eq!(text(Escapes::Doubled, r#"a""b"#), r#"a"b"#);
        assert_eq!(text(Escapes::Cef, r#" a\=b \| c \d "#), r"a=b | c \d");
        assert_eq!(text(Escapes::Cef, r#"\"www.example.com/\""#), "www.example.com/");
        assert_eq!(text(Escapes::Json, r#""a\u0041\/""#), "aA/");
        assert_eq!(text(Escapes::Json, r#"["a", 1, null, {"b": 2}, "c"]"#), "a,1,c");
        assert_eq!(text(Escapes::Backslash, r#"a \"b\" c"#), r#"a "b" c"#);
    }

    #[test]
    fn the_first_of_two_values_stays_and_the_second_is_kept_beside_it() {
        let mut slots = Slots::new(Escapes::None);
        slots.set(1, "blocked", false);
        slots.set(1, "blocked", false);
        assert!(slots.doubled.is_empty());
        slots.set(1, "pass\"\"through", true);
        assert_eq!((slots.raw(1), slots.doubled.len()), ("blocked", 1));
        let mut slots = Slots { escapes: Escapes::Doubled, ..slots };
        slots.swap(0);
        assert_eq!(slots.text(1), "pass\"through");
        slots.swap(0);
        assert_eq!((slots.text(1).as_ref(), slots.doubled.len()), ("blocked", 1));
    }
}
