//! Finds other people in what was written about somebody: by every word of their names, as they are called, in any spelling
//! of case and accents. A name that the subject bears as well is taken out where it stands beside another of theirs.

use std::collections::HashSet;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::redact::Stretch;
use crate::{
    case::print::address::web,
    lesson::{everyday, no_name},
};

/// Words by which somebody is described: with one of them in small letters, what stands for a person is no name.
const DESCRIBING: &[&str] = &[
    "a", "about", "an", "another", "as", "at", "by", "called", "calls", "for", "from", "had", "has", "he", "her",
    "him", "his", "in", "is", "known", "my", "near", "of", "on", "other", "our", "she", "some", "somebody", "someone",
    "that", "the", "their", "them", "they", "to", "unknown", "was", "which", "who", "whom", "whose", "with",
];

/// What people are described by; where it is a name, it is one with a capital letter.
const COMMON: &[&str] = &[
    "account",
    "adult",
    "adults",
    "aunt",
    "bus",
    "caller",
    "car",
    "carer",
    "colleague",
    "contact",
    "cousin",
    "customer",
    "dad",
    "daddy",
    "driver",
    "female",
    "game",
    "gamer",
    "games",
    "home",
    "house",
    "internet",
    "male",
    "man",
    "men",
    "mum",
    "mummy",
    "neighbour",
    "old",
    "older",
    "online",
    "park",
    "people",
    "person",
    "phone",
    "player",
    "shop",
    "stranger",
    "street",
    "uncle",
    "user",
    "van",
    "visitor",
    "woman",
    "women",
    "worker",
    "younger",
];

/// Words that a description has at least to be looked for as a whole: two of them stand in many a sentence.
const PHRASE_MIN: usize = 3;

/// Why a stretch is likely to be taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It names somebody else, or says how to reach them.
    OtherPerson,
    /// It is an address: of suspect material, or any on the web. It never leaves.
    Address,
}

/// A stretch that is likely to be taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suggestion {
    /// The stretch.
    pub stretch: Stretch,
    /// Why.
    pub why: Why,
}

/// Who may be named in the records: whom they are about, and everybody else.
#[derive(Debug, Default)]
pub struct People {
    own: HashSet<String>,
    others: HashSet<String>,
    /// Words of a description that may be names: where they begin with a capital letter.
    guessed: HashSet<String>,
    /// What is found as a whole: how somebody is reached, and descriptions of people.
    contacts: Vec<String>,
    addresses: Vec<String>,
}

/// One word of a text.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    /// Where it begins, in characters.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Whether it begins with a capital letter.
    pub capital: bool,
}

fn joins(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '-' | '‐' | '‑')
}

fn lettered(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// The words of a text; what an apostrophe or a hyphen joins is one, and the s of a possessive is none of it.
pub fn words(text: &[char]) -> Vec<Word> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text.get(at) {
        if !lettered(*first) {
            at += 1;
            continue;
        }
        let start = at;
        while let Some(c) = text.get(at) {
            let inside = lettered(*c) || (joins(*c) && text.get(at + 1).copied().is_some_and(lettered));
            if !inside {
                break;
            }
            at += 1;
        }
        let word = text.get(start..at).unwrap_or_default();
        let possessive = matches!(word, [_, .., mark, 's' | 'S'] if matches!(mark, '\'' | '’'));
        let end = if possessive { at - 2 } else { at };
        found.push(Word { start, end, capital: first.is_uppercase() });
    }
    found
}

/// A word as it is compared: without accents and case, every apostrophe and hyphen the same.
pub fn plain(word: &[char]) -> String {
    let folded = word.iter().copied().nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    let same = folded.map(|c| match c {
        '’' | '‘' => '\'',
        '‐' | '‑' => '-',
        c => c,
    });
    same.collect()
}

/// A word and, where it is joined, each part of it that is more than an initial, and all of it without what joins it.
pub fn parts(word: &str) -> Vec<String> {
    let joined = ["-", "'"].into_iter().flat_map(|joint| word.split(joint)).chain(word.split(['\'', '-']));
    let mut all = vec![word.to_owned()];
    for part in joined.filter(|part| telling(part)) {
        all.push(part.to_owned());
        all.push(part.replace(['\'', '-'], ""));
    }
    all.push(word.replace(['\'', '-'], ""));
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether a word is more than an initial: one sign of a script that writes names with one is.
fn telling(word: &str) -> bool {
    word.chars().count() > 1 || !word.is_ascii()
}

/// The words of a name that tell who it is, and all of it as one word: scripts without spaces write it so, and so do
/// names on a screen.
pub fn told_by(name: &str) -> impl Iterator<Item = String> {
    let text: Vec<char> = name.chars().collect();
    let all: Vec<String> = words(&text).iter().map(|word| plain(slice(&text, *word))).collect();
    let (whole, turned) = (all.concat(), all.iter().rev().cloned().collect::<String>());
    let several = all.len() > 1;
    let joined = [whole, turned].into_iter().filter(move |_| several);
    let single = all.into_iter().flat_map(|word| parts(&word)).filter(|word| telling(word) && !no_name(word));
    single.chain(joined.filter(|whole| whole.chars().count() > 3 || !whole.is_ascii()))
}

/// How a word may stand for a name that is known: as it is, without the number after it, in the plural, or as two names in one.
pub fn readings(word: &str, capital: bool, known: &impl Fn(&str) -> bool) -> Vec<String> {
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let mut all = parts(word);
    if bare != word && telling(bare) {
        all.extend(parts(bare));
    }
    if let Some(one) = bare.strip_suffix('s').filter(|one| capital && one.chars().count() > 3) {
        all.extend(parts(one));
    }
    // A name on a screen: two names, or an initial and a name.
    let ends: Vec<usize> = bare.char_indices().map(|(at, _)| at).skip(1).collect();
    for at in ends {
        let (first, last) = bare.split_at(at);
        let long = |name: &str| name.chars().count() > 2 && known(name);
        if long(last) && (long(first) || (first.len() == 1 && last.chars().count() > 3 && bare != word)) {
            all.extend([first.to_owned(), last.to_owned()]);
        }
    }
    all
}

fn slice(text: &[char], word: Word) -> &[char] {
    text.get(word.start..word.end).unwrap_or_default()
}

/// Whether what stands for a person describes them and does not name them: “a man with a van”, “Adult male”.
fn described(person: &str) -> bool {
    let text: Vec<char> = person.chars().collect();
    let word = |word: Word| (plain(slice(&text, word)), word.capital);
    let all: Vec<(String, bool)> = words(&text).into_iter().map(word).collect();
    let describing = |word: &str| DESCRIBING.contains(&word);
    let begins = matches!(all.as_slice(), [(first, _), (_, false), ..] if describing(first));
    let small = all.iter().any(|(word, capital)| !capital && describing(word));
    let common = !all.is_empty() && all.iter().all(|(word, _)| COMMON.contains(&word.as_str()) || describing(word));
    begins || small || common
}

/// How far a word names somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Not at all.
    Nobody,
    /// The subject bears it, too.
    Both,
    /// Somebody else.
    Another,
}

impl People {
    /// Learns a name of whom the records are about.
    pub fn own(&mut self, name: &str) {
        self.own.extend(told_by(name));
    }

    /// Learns of somebody else as people write of them, by a name or by a description. A description is found as a whole
    /// and by the names in it, and by no single word of it that stands in every text.
    pub fn other(&mut self, person: &str) {
        if !described(person) {
            return self.named(person);
        }
        let text: Vec<char> = person.chars().collect();
        let all = words(&text);
        if all.len() >= PHRASE_MIN {
            self.contacts.push(person.trim().to_owned());
        }
        // “sam in year 8”: what stands before the description is a name, however it is written.
        let plain = all.iter().map(|word| plain(slice(&text, *word)));
        let before = plain.take_while(|word| !DESCRIBING.contains(&word.as_str()));
        self.guessed.extend(before.filter(|word| telling(word) && !no_name(word) && !COMMON.contains(&word.as_str())));
        self.somebody(person);
    }

    /// Learns the name of somebody else, as a roll or a form has it.
    pub fn named(&mut self, name: &str) {
        // A name made of words that stand in every text is found as a whole.
        let text: Vec<char> = name.chars().collect();
        let all: Vec<String> = words(&text).iter().map(|word| plain(slice(&text, *word))).collect();
        if all.len() > 1 && all.iter().all(|word| no_name(word)) && text.iter().any(|c| c.is_uppercase()) {
            self.contacts.push(name.trim().to_owned());
        }
        self.others.extend(told_by(name).filter(|word| !word.chars().all(|c| c.is_ascii_digit())));
    }

    /// Learns who is in a description, such as “Jo Marsh in Year 8, by a boy”: the words with a capital letter.
    pub fn somebody(&mut self, description: &str) {
        let text: Vec<char> = description.chars().collect();
        for word in words(&text).into_iter().filter(|word| word.capital && word.end - word.start > 1) {
            let all = parts(&plain(slice(&text, word))).into_iter();
            let name = |word: &String| !no_name(word) && !COMMON.contains(&word.as_str());
            self.guessed.extend(all.filter(|word| name(word) && !word.chars().all(|c| c.is_ascii_digit())));
        }
    }

    /// Learns how somebody else is reached.
    pub fn contact(&mut self, contact: &str) {
        self.contacts.extend(Some(contact.trim().to_owned()).filter(|contact| !contact.is_empty()));
    }

    /// Learns the address of suspect material.
    pub fn address(&mut self, address: &str) {
        self.addresses.extend(Some(address.trim().to_owned()).filter(|address| !address.is_empty()));
    }

    fn names(&self, word: &str, capital: bool) -> Names {
        let mut names = Names::Nobody;
        for part in readings(word, capital, &|name| self.others.contains(name)) {
            let word = everyday(&part) || COMMON.contains(&part.as_str());
            let known = self.others.contains(&part) && (capital || !word);
            let guessed = capital && self.guessed.contains(&part);
            match (known || guessed, self.own.contains(&part)) {
                (true, false) => return Names::Another,
                (true, true) => names = Names::Both,
                (false, _) => {}
            }
        }
        names
    }

    /// How many words of a text are of their names, or of a description of them that stands in it.
    pub fn named_by(&self, text: &str) -> usize {
        let text: Vec<char> = text.chars().collect();
        let named = |word: &&Word| self.names(&plain(slice(&text, **word)), word.capital) != Names::Nobody;
        let whole = self.contacts.iter().filter(|phrase| !wherever(&text, phrase).is_empty());
        let whole: usize = whole.map(|phrase| phrase.split_whitespace().count()).sum();
        words(&text).iter().filter(named).count() + whole
    }

    /// Whether a text names somebody else and not whom the records are about.
    pub fn only_others(&self, text: &str) -> bool {
        let own = told_by(text).any(|word| self.own.contains(&word));
        !own && self.mentions(text).iter().any(|suggestion| suggestion.why == Why::OtherPerson)
    }

    /// The stretches of a text that name others, and addresses in it, in their order.
    pub fn mentions(&self, text: &str) -> Vec<Suggestion> {
        let text: Vec<char> = text.chars().collect();
        let mut found: Vec<Suggestion> = Vec::new();
        // Words beside each other that name one other person, at least one of them theirs alone.
        let mut run: Option<(Stretch, bool)> = None;
        let mut keep = |run: &mut Option<(Stretch, bool)>| {
            if let Some((stretch, true)) = run.take() {
                found.push(Suggestion { stretch, why: Why::OtherPerson });
            }
        };
        for word in words(&text) {
            let names = self.names(&plain(slice(&text, word)), word.capital);
            let beside = run.is_some_and(|(stretch, _)| {
                let between = text.get(stretch.end..word.start).unwrap_or_default();
                between.iter().all(|c| matches!(c, ' ' | '\u{a0}'))
            });
            if !beside || names == Names::Nobody {
                keep(&mut run);
            }
            if names != Names::Nobody {
                let (start, sure) = run.map_or((word.start, false), |(stretch, sure)| (stretch.start, sure));
                run = Some((Stretch { start, end: word.end }, sure || names == Names::Another));
            }
        }
        keep(&mut run);
        let literal = |all: &[String], why: Why| -> Vec<Suggestion> {
            let found = all.iter().flat_map(|phrase| wherever(&text, phrase));
            found.map(|stretch| Suggestion { stretch, why }).collect()
        };
        found.extend(literal(&self.contacts, Why::OtherPerson));
        found.extend(telephones(&text).map(|stretch| Suggestion { stretch, why: Why::OtherPerson }));
        found.extend(mailboxes(&text).map(|stretch| Suggestion { stretch, why: Why::OtherPerson }));
        for handle in handles(&text) {
            // A name in what somebody is called on a platform is no more theirs than the rest of it.
            let meets = |other: &&mut Suggestion| other.stretch.start < handle.end && handle.start < other.stretch.end;
            for suggestion in found.iter_mut().filter(meets) {
                let stretch = &mut suggestion.stretch;
                (stretch.start, stretch.end) = (stretch.start.min(handle.start), stretch.end.max(handle.end));
            }
        }
        let mut addresses = literal(&self.addresses, Why::Address);
        addresses.extend(web(&text).map(|stretch| Suggestion { stretch, why: Why::Address }));
        // What is within an address goes with it.
        let within = |stretch: Stretch| {
            addresses.iter().any(|one| one.stretch.start <= stretch.start && stretch.end <= one.stretch.end)
        };
        found.retain(|suggestion| !within(suggestion.stretch));
        found.extend(addresses);
        found.sort_unstable_by_key(|suggestion| suggestion.stretch);
        found.dedup();
        found
    }
}

/// What people are called on platforms, as it is written with an `@` before it.
fn handles(text: &[char]) -> impl Iterator<Item = Stretch> {
    let inside = |c: char| lettered(c) || matches!(c, '_' | '.' | '-');
    let at = text.iter().enumerate().filter(|(_, c)| **c == '@').map(|(at, _)| at);
    at.filter_map(move |at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before)).copied();
        let body = text.get(at + 1..).unwrap_or_default();
        let long = body.iter().take_while(|c| inside(**c)).count();
        let end = body.get(..long).unwrap_or_default().iter().rposition(|c| lettered(*c) || *c == '_')? + 1;
        (!before.is_some_and(inside)).then_some(Stretch { start: at + 1, end: at + 1 + end })
    })
}

/// E-mail addresses in a text: whoever is reached by one is somebody.
pub fn mailboxes(text: &[char]) -> impl Iterator<Item = Stretch> {
    let inside = |c: &&char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    let at = text.iter().enumerate().filter(|(_, c)| **c == '@').map(|(at, _)| at);
    at.filter_map(move |at| {
        let (before, after) = text.split_at_checked(at)?;
        let before = before.iter().rev().take_while(inside).count();
        let mut after: Vec<char> = after.iter().skip(1).take_while(inside).copied().collect();
        while after.last().is_some_and(|c| !c.is_alphanumeric()) {
            after.pop();
        }
        let whole = before > 0 && after.contains(&'.');
        whole.then(|| Stretch { start: at - before, end: at + 1 + after.len() })
    })
}

/// Telephone numbers in a text: ten digits or more, however they are set.
pub fn telephones(text: &[char]) -> impl Iterator<Item = Stretch> {
    let inside = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '+' | '\u{a0}');
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at).copied() {
        // Dates begin otherwise.
        if !(c == '0' || c == '+')
            || at.checked_sub(1).and_then(|before| text.get(before)).is_some_and(|c| c.is_alphanumeric())
        {
            at += 1;
            continue;
        }
        let long = text.iter().skip(at).take_while(|c| inside(**c)).count();
        let run = text.get(at..at + long).unwrap_or_default();
        let end = at + run.iter().rposition(char::is_ascii_digit).map_or(0, |last| last + 1);
        if (10..=15).contains(&run.iter().filter(|c| c.is_ascii_digit()).count()) {
            found.push(Stretch { start: at, end });
        }
        at = end.max(at + 1);
    }
    found.into_iter()
}

/// Wherever a phrase stands in a text, in whatever case, white space of any kind and length between its words; never
/// within a longer word.
pub fn wherever(text: &[char], phrase: &str) -> Vec<Stretch> {
    let phrase: Vec<char> = phrase.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    let (Some(first), Some(last)) = (phrase.first().copied(), phrase.last().copied()) else { return Vec::new() };
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let begins = !(lettered(first) && before.is_some_and(|c| lettered(*c)));
        match here(text, at, &phrase) {
            Some(end) if begins && !(lettered(last) && text.get(end).is_some_and(|c| lettered(*c))) => {
                found.push(Stretch { start: at, end });
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

/// Where a phrase ends that stands at a place of a text; none where it does not.
fn here(text: &[char], mut at: usize, phrase: &[char]) -> Option<usize> {
    for c in phrase {
        if *c == ' ' {
            let blank = text.get(at..)?.iter().take_while(|c| c.is_whitespace()).count();
            if blank == 0 {
                return None;
            }
            at += blank;
        } else if same(*text.get(at)?, *c) {
            at += 1;
        } else {
            return None;
        }
    }
    Some(at)
}

fn same(a: char, b: char) -> bool {
    let apostrophe = |c: char| matches!(c, '\'' | '’' | '‘');
    (apostrophe(a) && apostrophe(b)) || a.to_lowercase().eq(b.to_lowercase())
}
