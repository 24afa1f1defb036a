//! Where several texts that say nearly the same differ, and what each has there.

use crate::import::wording::{self, Word};

/// A stretch of the first text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stretch<'a> {
    /// All have these words.
    Same(&'a str),
    /// Each has words of its own.
    Differs {
        /// The words of each text, in the texts' order.
        values: Vec<String>,
        /// What the first text has between these words and the next.
        tail: &'a str,
    },
}

/// The first text in stretches. None where one text has words in a place where another has none: no blank can be filled
/// with nothing.
pub(super) fn differing<'a>(texts: &[&'a str]) -> Option<Vec<Stretch<'a>>> {
    let (first, others) = texts.split_first()?;
    let words = wording::words(first);
    let sides = others.iter().map(|other| Side::of(first, other)).collect::<Option<Vec<_>>>()?;
    let mut ranges: Vec<(usize, usize)> = sides.iter().flat_map(|side| side.differs.iter().copied()).collect();
    ranges.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (from, to) in ranges {
        match merged.last_mut().filter(|last| from <= last.1) {
            Some(last) => last.1 = last.1.max(to),
            None => merged.push((from, to)),
        }
    }
    // What stands between two words goes with the word before it.
    let begins = |at: usize| if at == 0 { 0 } else { words.get(at).map_or(first.len(), |word| word.start) };
    let mut stretches = Vec::new();
    let mut done = 0;
    for (from, to) in merged {
        if done < from {
            stretches.push(Stretch::Same(first.get(begins(done)..begins(from))?));
        }
        let mut values = vec![wording::said(first, &words, from, to).to_owned()];
        for side in &sides {
            values.push(side.said(from, to)?.to_owned());
        }
        let end = words.get(to.checked_sub(1)?)?.end;
        stretches.push(Stretch::Differs { values, tail: first.get(end..begins(to))? });
        done = to;
    }
    if done < words.len() {
        stretches.push(Stretch::Same(first.get(begins(done)..)?));
    }
    Some(stretches)
}

/// One of the other texts beside the first.
struct Side<'a> {
    text: &'a str,
    words: Vec<Word>,
    /// The word of this text that each word of the first stands at, and where the first ends; none inside a stretch that
    /// differs.
    stands: Vec<Option<usize>>,
    /// The stretches of the first text that differ, as its words.
    differs: Vec<(usize, usize)>,
}

impl<'a> Side<'a> {
    fn of(first: &str, text: &'a str) -> Option<Self> {
        let words = wording::words(text);
        let mut side = Self { text, words, stands: Vec::new(), differs: Vec::new() };
        let mut at = 0;
        for span in wording::compare(first, text) {
            let (here, there) = (wording::words(&span.first).len(), wording::words(&span.second).len());
            let from = side.stands.len();
            if span.same {
                side.stands.extend((at..at + here).map(Some));
            } else {
                if here == 0 || there == 0 {
                    return None;
                }
                side.stands.push(Some(at));
                side.stands.extend(std::iter::repeat_n(None, here - 1));
                side.differs.push((from, from + here));
            }
            at += there;
        }
        side.stands.push(Some(side.words.len()));
        (side.stands.len() == wording::words(first).len() + 1).then_some(side)
    }

    fn said(&self, from: usize, to: usize) -> Option<&'a str> {
        let (from, to) = (self.stands.get(from).copied()??, self.stands.get(to).copied()??);
        Some(wording::said(self.text, &self.words, from, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_three_texts_has_its_own_value_whichever_differs() {
        let texts = [
            "Ask the DSL, Ms Ash, by Friday.",
            "Ask the DSL, Ms Ash, by Monday noon.",
            "Ask the head teacher, Ms Ash, by Friday.",
        ];
        let found = differing(&texts);
        let values = |values: [&str; 3]| values.map(ToOwned::to_owned).to_vec();
        let expected = vec![
            Stretch::Same("Ask the "),
            Stretch::Differs { values: values(["DSL", "DSL", "head teacher"]), tail: ", " },
            Stretch::Same("Ms Ash, by "),
            Stretch::Differs { values: values(["Friday", "Monday noon", "Friday"]), tail: "." },
        ];
        assert_eq!(found, Some(expected));
        assert_eq!(differing(&["Ask the DSL.", "Ask the DSL.", "Ask the DSL first."]), None);
    }
}
