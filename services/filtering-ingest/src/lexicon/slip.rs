//! Words that are one slip away from a word of the lists: a letter dropped, doubled, or swapped with its neighbour, and in
//! longer words another letter. What is a word of its own is never read as another: `data/slips.yaml` is the reviewed list of
//! those beside the words of the lists.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;

/// Words of their own, and the slips that are made in short ones.
const REVIEWED: &str = include_str!("../../data/slips.yaml");

/// Letters of a word that is read as another: what is longer is nothing that somebody mistyped once.
const LETTERS: std::ops::RangeInclusive<usize> = 3..=20;
/// Letters that a word of the lists has at least for one to have been dropped.
const DROPPED: usize = 4;
/// Letters that a word of the lists has at least for a vowel to stand for another.
const VOWEL: usize = 5;
/// Letters that a word of the lists has at least for any letter to stand for another, or to be one too many.
pub(super) const LONG: usize = 7;
/// Words that one may have been meant as.
const MEANT_MOST: usize = 4;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reviewed {
    version: String,
    owner: String,
    short: BTreeMap<String, Vec<String>>,
    ordinary: String,
}

/// How sure it is that a word was meant: the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slip {
    /// A letter dropped, doubled, or swapped with its neighbour.
    Plain,
    /// A vowel for a vowel.
    Vowel,
    /// Any other letter.
    Letter,
}

/// The words of the lists, to be found by what is one slip away.
#[derive(Debug, Default)]
pub(super) struct Slips {
    words: Vec<String>,
    /// Of each word itself and without each of its letters: which words.
    near: HashMap<String, Vec<usize>>,
    /// What is read as it stands.
    own: HashSet<String>,
    /// Slips in words too short for the rest.
    short: HashMap<String, Vec<usize>>,
}

impl Slips {
    /// Finds those of `words`; none of `known` is read as another. None where the reviewed list cannot be read.
    pub(super) fn new(words: HashSet<String>, known: HashSet<String>) -> Option<Self> {
        let reviewed: Reviewed = serde_saphyr::from_str(REVIEWED).ok()?;
        if reviewed.version.is_empty() || reviewed.owner.is_empty() {
            return None;
        }
        let mut slips = Self { own: known, ..Self::default() };
        slips.own.extend(reviewed.ordinary.split_whitespace().map(str::to_owned));
        let plain = |word: &String| LETTERS.contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase());
        let mut words: Vec<String> = words.into_iter().filter(plain).collect();
        words.sort_unstable();
        for (at, word) in words.iter().enumerate() {
            slips.near.entry(word.clone()).or_default().push(at);
            for place in 0..word.len() {
                let of = slips.near.entry(without(word, place)).or_default();
                if of.last() != Some(&at) {
                    of.push(at);
                }
            }
        }
        for (word, typed) in reviewed.short {
            words.push(word);
            for slip in typed {
                slips.short.entry(slip).or_default().push(words.len() - 1);
            }
        }
        slips.words = words;
        Some(slips)
    }

    /// The words that one may have been meant as, the surest first; nothing where it is a word of its own.
    pub(super) fn meant(&self, typed: &str, meant: &mut Vec<(Slip, usize)>) {
        meant.clear();
        if let Some(words) = self.short.get(typed) {
            meant.extend(words.iter().map(|at| (Slip::Plain, *at)));
            return;
        }
        let letters = typed.bytes().all(|byte| byte.is_ascii_lowercase());
        if !letters || typed.len() < *LETTERS.start() || typed.len() > LETTERS.end() + 1 || self.own.contains(typed) {
            return;
        }
        let mut look = |form: &str| {
            for at in self.near.get(form).into_iter().flatten() {
                if let Some(slip) = slip(typed.as_bytes(), self.words[*at].as_bytes())
                    && meant.iter().all(|(_, known)| known != at)
                {
                    meant.push((slip, *at));
                }
            }
        };
        look(typed);
        (0..typed.len()).for_each(|place| look(&without(typed, place)));
        meant.sort_unstable();
        meant.truncate(MEANT_MOST);
    }

    /// Whether a word is one of its own.
    #[cfg(test)]
    pub(super) fn is_own(&self, word: &str) -> bool {
        self.own.contains(word) && !self.short.contains_key(word)
    }

    /// A word that was meant.
    pub(super) fn word(&self, at: usize) -> &str {
        &self.words[at]
    }
}

/// An ASCII word without one of its letters.
fn without(word: &str, place: usize) -> String {
    word.bytes().enumerate().filter(|(at, _)| *at != place).map(|(_, byte)| char::from(byte)).collect()
}

/// What slip makes one of the other, where one does.
fn slip(typed: &[u8], word: &[u8]) -> Option<Slip> {
    let same = typed.iter().zip(word).take_while(|(a, b)| a == b).count();
    let (typed_on, on) = (&typed[same..], &word[same..]);
    let last = same.checked_sub(1).map(|at| typed[at]);
    match (typed_on, on) {
        (rest, [_, after @ ..]) if rest == after => (word.len() >= DROPPED).then_some(Slip::Plain),
        ([more, rest @ ..], after) if rest == after => match last {
            Some(last) if last == *more => Some(Slip::Plain),
            _ => (word.len() >= LONG).then_some(Slip::Letter),
        },
        ([a, b, rest @ ..], [c, d, after @ ..]) if (a, b) == (d, c) && rest == after => Some(Slip::Plain),
        // People begin a word with its letter.
        ([a, rest @ ..], [c, after @ ..]) if same > 0 && rest == after => {
            let vowel = |letter: &u8| b"aeiouy".contains(letter);
            if vowel(a) && vowel(c) && word.len() >= VOWEL {
                Some(Slip::Vowel)
            } else {
                (word.len() >= LONG).then_some(Slip::Letter)
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_told_from_two_and_from_another_word() {
        let of = |typed: &str, word: &str| slip(typed.as_bytes(), word.as_bytes());
        for (typed, word) in
            [("kil", "kill"), ("killl", "kill"), ("kiill", "kill"), ("kkill", "kill"), ("klil", "kill"), ("wsa", "was")]
        {
            assert_eq!(of(typed, word), Some(Slip::Plain), "{typed}");
        }
        assert_eq!((of("soicide", "suicide"), of("want", "went")), (Some(Slip::Vowel), None));
        assert_eq!((of("suiside", "suicide"), of("kilk", "kill")), (Some(Slip::Letter), None));
        assert_eq!((of("ws", "was"), of("duicide", "suicide"), of("sicde", "suicide")), (None, None, None));
    }

    #[test]
    fn a_word_of_its_own_is_read_as_it_stands() {
        let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect::<HashSet<_>>();
        let slips = Slips::new(words(&["raped", "kill", "was"]), words(&["kil"])).unwrap_or_default();
        let mut meant = Vec::new();
        let mut of = |typed: &str| {
            slips.meant(typed, &mut meant);
            meant.iter().map(|(_, at)| slips.word(*at).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of("rapd"), ["raped"]);
        assert_eq!(of("wsa"), ["was"]);
        assert!(of("rapid").is_empty() && of("kil").is_empty() && of("raped").is_empty() && of("ab1").is_empty());
        assert_eq!(of("too"), ["to"]);
    }
}
