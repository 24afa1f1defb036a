//! Where a field's value comes from: one of the line's values, or several joined, with what is cut from it.

use std::borrow::Cow;

use serde::Deserialize;

use super::{
    document::When,
    pattern::Condition,
    slots::{Names, Slot, Slots},
};
use crate::{
    observation::{Confidence, Warning, Warnings},
    text,
};

/// As it is written in a profile: a name, or a name with what is cut.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Written {
    /// A name.
    Name(String),
    /// A name with what is done to its value.
    Cut(Cut),
}

/// A name with what is done to its value, in this order.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Cut {
    /// The name.
    from: String,
    /// Or several, whose values are joined.
    join: Vec<String>,
    /// What stands between them.
    with: String,
    /// The n-th word, from 1.
    word: usize,
    /// The last word.
    last_word: bool,
    /// What stands behind this.
    after: String,
    /// What stands before this.
    before: String,
    /// Characters taken off both ends.
    strip: String,
    /// Whether it is percent-encoded.
    decode: bool,
    /// What separates its parts.
    split: String,
    /// The most that a user's name from here can be trusted.
    sure: Option<Confidence>,
    /// Where it counts at all.
    when: Option<When>,
}

#[derive(Debug, Clone)]
enum Step {
    Word(usize),
    LastWord,
    After(String),
    Before(String),
    Strip(String),
}

/// Where a value comes from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    slots: Vec<Slot>,
    /// The place of the value where nothing is done to it.
    stands: Option<Slot>,
    with: String,
    steps: Vec<Step>,
    decode: bool,
    split: Option<String>,
    when: Option<Condition>,
    /// The most that a user's name from here can be trusted.
    pub sure: Option<Confidence>,
}

impl Source {
    /// Refers a written source's names to their places.
    pub fn new(written: Written, names: &mut Names) -> Result<Self, String> {
        let cut = match written {
            Written::Name(from) => Cut { from, ..Cut::default() },
            Written::Cut(cut) => cut,
        };
        let referred = match (cut.from.is_empty(), cut.join.is_empty()) {
            (false, true) => vec![cut.from],
            (true, false) => cut.join,
            _ => return Err("Enter either `from` with a name or `join` with several".into()),
        };
        let slots: Option<Vec<Slot>> = referred.iter().map(|name| names.refer(name)).collect();
        let slots =
            slots.ok_or("Refer to fewer or shorter names: a profile may refer to 60, of 200 characters at most")?;
        let mut steps = Vec::new();
        if cut.word > 0 {
            steps.push(Step::Word(cut.word - 1));
        }
        if cut.last_word {
            steps.push(Step::LastWord);
        }
        let some = |text: String| (!text.is_empty()).then_some(text);
        steps.extend(some(cut.after).map(Step::After));
        steps.extend(some(cut.before).map(Step::Before));
        steps.extend(some(cut.strip).map(Step::Strip));
        let when = match cut.when {
            Some(when) => {
                Some(Condition::new(when, names).ok_or("Name under `when` a value and what it must look like")?)
            }
            None => None,
        };
        let with = if cut.with.is_empty() { " ".to_owned() } else { cut.with };
        let stands = match slots.as_slice() {
            [one] if steps.is_empty() && !cut.decode && when.is_none() => Some(*one),
            _ => None,
        };
        Ok(Self { slots, stands, with, steps, decode: cut.decode, split: some(cut.split), when, sure: cut.sure })
    }

    /// One value as it stands.
    pub fn plain(slot: Slot, decode: bool) -> Self {
        let stands = (!decode).then_some(slot);
        Self {
            slots: vec![slot],
            stands,
            with: String::new(),
            steps: Vec::new(),
            decode,
            split: None,
            when: None,
            sure: None,
        }
    }

    /// Whether the value comes from this place.
    pub fn is_from(&self, slot: Slot) -> bool {
        self.slots.contains(&slot)
    }

    /// Whether the value comes from this place, or what stands there says whether it counts.
    pub fn depends_on(&self, slot: Slot) -> bool {
        self.is_from(slot) || self.when.iter().flat_map(|when| &when.0).any(|(place, _)| *place == slot)
    }

    /// The value. Most are one value as it stands, and every line asks for a dozen.
    #[inline]
    pub fn get<'a>(&self, slots: &Slots<'a>, warnings: &mut Warnings) -> Cow<'a, str> {
        match self.stands {
            Some(slot) => slots.text(slot),
            None => self.made(slots, warnings),
        }
    }

    fn made<'a>(&self, slots: &Slots<'a>, warnings: &mut Warnings) -> Cow<'a, str> {
        if self.when.as_ref().is_some_and(|when| !when.holds(slots)) {
            return Cow::Borrowed("");
        }
        let text = match self.slots.as_slice() {
            [one] => slots.text(*one),
            several => {
                let filled: Vec<_> = several.iter().map(|slot| slots.text(*slot)).filter(|t| !t.is_empty()).collect();
                Cow::Owned(filled.join(&self.with))
            }
        };
        self.cut(text, warnings)
    }

    /// Its members where it is a list, or the parts between separators.
    pub fn each<'a>(&self, slots: &Slots<'a>, warnings: &mut Warnings, mut take: impl FnMut(Cow<'a, str>)) {
        let mut all = Vec::new();
        match self.slots.as_slice() {
            [one] if self.steps.is_empty() && self.when.is_none() => slots.each(*one, |member| all.push(member)),
            _ => all.push(self.get(slots, warnings)),
        }
        for member in all {
            match (&self.split, member) {
                (None, member) => take(member),
                (Some(separator), Cow::Borrowed(text)) => {
                    text.split(separator.as_str()).for_each(|part| take(Cow::Borrowed(part.trim())));
                }
                (Some(separator), Cow::Owned(text)) => {
                    text.split(separator.as_str()).for_each(|part| take(Cow::Owned(part.trim().to_owned())));
                }
            }
        }
    }

    fn cut<'a>(&self, mut text: Cow<'a, str>, warnings: &mut Warnings) -> Cow<'a, str> {
        for step in &self.steps {
            text = text::part(text, |text| step.apply(text));
        }
        if !self.decode || !text.contains('%') {
            return text;
        }
        let (decoded, other) = match text {
            Cow::Borrowed(text) => text::percent(text, false),
            Cow::Owned(text) => {
                let (decoded, other) = text::percent(&text, false);
                (Cow::Owned(decoded.into_owned()), other)
            }
        };
        if other {
            warnings.add(Warning::OtherEncoding);
        }
        decoded
    }
}

impl Step {
    fn apply<'b>(&self, text: &'b str) -> &'b str {
        match self {
            Self::Word(n) => text.split_whitespace().nth(*n).unwrap_or_default(),
            Self::LastWord => text.split_whitespace().next_back().unwrap_or_default(),
            Self::After(mark) => text.split_once(mark.as_str()).map_or("", |(_, rest)| rest).trim(),
            Self::Before(mark) => text.split_once(mark.as_str()).map_or(text, |(part, _)| part).trim(),
            Self::Strip(characters) => text.trim_matches(|c| characters.contains(c)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_depends_on_its_place_and_on_that_which_says_when_it_counts() {
        let written = serde_json::from_str::<Written>(r#"{"from": "value", "when": {"name": "category"}}"#);
        let mut names = Names::default();
        let source = written.map_err(|why| why.to_string()).and_then(|written| Source::new(written, &mut names));
        names.refer("other");
        let from =
            |name: &str| names.find(name).zip(source.as_ref().ok()).map(|(slot, source)| source.depends_on(slot));
        assert_eq!(["value", "name", "other"].map(from), [Some(true), Some(true), Some(false)]);
    }
}
