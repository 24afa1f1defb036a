//! What a value must look like: a word, a word's beginning, end or middle, a range of numbers, anything, nothing, or any
//! value besides.

use memchr::memmem::Finder;

use super::{
    document::{When, Words},
    slots::{Names, Slot, Slots},
};

/// One shape.
#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    /// `*`: a value at all.
    Any,
    /// Empty: no value.
    Absent,
    /// `blocked`: this word. Capitals do not count.
    Exact(String),
    /// `BLOCK_*`: begins so. Capitals do not count.
    Begins(String),
    /// `*.pdf`: ends so. Capitals do not count.
    Ends(String),
    /// `*DENIED*`: holds this. Capitals count.
    Holds(Finder<'static>),
    /// `500..581`: a number from one to the other.
    Range(u64, u64),
    /// `!-`: a value, and none of this shape.
    Other(Box<Pattern>),
}

impl Pattern {
    /// Reads a shape. One star at each end is the shape's, further stars are the text's own; so is a second mark of what it
    /// is not.
    pub fn new(text: &str) -> Self {
        match text.strip_prefix('!') {
            Some(not) => Self::Other(Box::new(Self::shape(not))),
            None => Self::shape(text),
        }
    }

    fn shape(text: &str) -> Self {
        let range = text.split_once("..").and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
        if let Some((from, to)) = range {
            return Self::Range(from, to);
        }
        let inner = text.strip_prefix('*').and_then(|rest| rest.strip_suffix('*')).filter(|inner| !inner.is_empty());
        match (text, inner) {
            ("", _) => Self::Absent,
            ("*", _) => Self::Any,
            (_, Some(inner)) => Self::Holds(Finder::new(inner).into_owned()),
            (text, _) => match (text.strip_suffix('*'), text.strip_prefix('*')) {
                (Some(begin), _) => Self::Begins(begin.to_owned()),
                (_, Some(end)) => Self::Ends(end.to_owned()),
                _ => Self::Exact(text.to_owned()),
            },
        }
    }

    /// Whether a value is of this shape.
    pub fn fits(&self, value: &str) -> bool {
        let same = |part: Option<&[u8]>, wanted: &str| part.is_some_and(|p| p.eq_ignore_ascii_case(wanted.as_bytes()));
        match self {
            Self::Any => !value.is_empty(),
            Self::Absent => value.is_empty(),
            Self::Exact(word) => value.eq_ignore_ascii_case(word),
            Self::Begins(begin) => same(value.as_bytes().get(..begin.len()), begin),
            Self::Ends(end) => {
                same(value.len().checked_sub(end.len()).and_then(|from| value.as_bytes().get(from..)), end)
            }
            Self::Holds(part) => part.find(value.as_bytes()).is_some(),
            Self::Other(pattern) => !value.is_empty() && !pattern.fits(value),
            Self::Range(from, to) => value.parse::<u64>().is_ok_and(|number| (*from..=*to).contains(&number)),
        }
    }
}

/// What several values must look like, all of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Condition(pub Vec<(Slot, Vec<Pattern>)>);

impl Condition {
    /// Refers a written condition's names to their places; none where it asks for nothing, or for too many names.
    pub fn new(when: When, names: &mut Names) -> Option<Self> {
        let mut all = Vec::new();
        for (name, words) in when {
            let words = match words {
                Words::One(word) => vec![word],
                Words::Any(words) => words,
            };
            all.push((names.refer(&name)?, words.iter().map(|word| Pattern::new(word)).collect()));
        }
        (!all.is_empty()).then_some(Self(all))
    }

    /// Whether it holds of a line.
    pub fn holds(&self, slots: &Slots<'_>) -> bool {
        self.0.iter().all(|(slot, any)| {
            let value = slots.text(*slot);
            any.iter().any(|pattern| pattern.fits(&value))
        })
    }

    /// Whether the line has none of the values it asks for.
    pub fn unasked(&self, slots: &Slots<'_>) -> bool {
        self.0.iter().all(|(slot, _)| slots.raw(*slot).is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_fit_what_they_say() {
        for (shape, fits, not) in [
            ("*", "x", ""),
            ("", "", "x"),
            ("blocked", "BLOCKED", "blocked2"),
            ("BLOCK_*", "block_continue", "unblock_"),
            ("*.pdf", "A.PDF", "pdf"),
            ("*DENIED*", "TCP_DENIED_REPLY", "denied"),
            ("**DENIED**", "a *DENIED* b", "a DENIED b"),
            ("500..581", "581", "582"),
            ("!-", "x", "-"),
            ("!-", "--", ""),
            ("**", "*TAG* x", "TAG*"),
            ("!!x", "x", "!x"),
        ] {
            assert!(Pattern::new(shape).fits(fits) && !Pattern::new(shape).fits(not), "{shape}");
        }
        assert!(Pattern::new(&"!".repeat(64 << 10)).fits("x"), "however many marks, nothing is piled up");
    }
}
