//! Finding a learner by what one remembers: names misspelt or known-as, part of a date of birth, the pupil number. The
//! store keeps keyed tokens of each record and none of its words; who they may mean is ranked after opening.

pub use chassis::names::{sounds, words};

use super::{
    Learner, Record,
    birth::{DatePart, LEADING, begins},
};

/// Learners answered at most.
pub const MOST: usize = 20;
/// Words of a text that it is found by at most.
const WORDS: usize = 24;
/// Learners opened for one search at most.
pub const OPENED: u64 = 60;
/// What is said where a word is a learner's own.
const EXACT: &str = "the name";
/// What is said where it is what they were called before.
const BEFORE: &str = "a former name";
/// By how much a former name is less likely meant than one that is borne.
const LESS: u8 = 5;
/// Below this, a likeness is chance.
const LIKELY: f64 = 0.72;

/// A learner who may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// How likely, 1 to 100.
    pub score: u8,
    /// Why.
    pub why: &'static str,
}

impl Match {
    /// Whether every word is one of the learner's own.
    pub fn exact(&self) -> bool {
        self.why == EXACT
    }
}

/// What is remembered of a learner.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    words: Vec<String>,
    dates: Vec<DatePart>,
    upn: Option<String>,
}

/// A name as somebody wrote it, without the form or year they put behind it.
pub fn plain_name(about: &str) -> String {
    let name = about.split([',', ';', '(']).next().unwrap_or_default();
    let words = name.split_whitespace().filter(|word| !word.chars().any(|c| c.is_ascii_digit()));
    words.take(6).collect::<Vec<_>>().join(" ").chars().take(100).collect()
}

/// The tokens of one word, each with its weight: the word itself, how it sounds, and its parts of three letters.
fn word_tokens(word: &str) -> Vec<(String, i32)> {
    let mut tokens = vec![(format!("word {word}"), 12)];
    for sound in sounds(word) {
        tokens.push((format!("sound {sound}"), 5));
    }
    let padded: Vec<char> = std::iter::once('^').chain(word.chars()).chain(std::iter::once('$')).collect();
    tokens.extend(padded.windows(3).map(|three| (format!("part {}", three.iter().collect::<String>()), 2)));
    tokens.sort();
    tokens.dedup();
    tokens
}

/// The tokens of whoever bears a word as a name; with `sounding`, of whoever bears one that sounds like it, too.
pub fn bearers(word: &str, sounding: bool) -> impl Iterator<Item = String> {
    let spoken = if sounding { sounds(word) } else { Vec::new() };
    let same = words(word).into_iter().map(|word| format!("word {word}"));
    same.chain(spoken.into_iter().map(|sound| format!("sound {sound}")))
}

/// The tokens of names as somebody wrote them, each with its weight. Words with a digit are forms, such as 9K.
pub fn name_tokens(text: &str) -> Vec<(String, i32)> {
    let named = words(text).into_iter().filter(|word| !word.chars().any(|c| c.is_ascii_digit()));
    named.take(WORDS).flat_map(|word| word_tokens(&word)).collect()
}

/// Every token of a record, with its weight: what the store keeps, keyed.
pub fn tokens(record: &Record) -> Vec<(String, i32)> {
    let names = [&record.given_name, &record.family_name, &record.known_as];
    let mut tokens: Vec<_> = names.into_iter().flat_map(|name| words(name)).flat_map(|w| word_tokens(&w)).collect();
    if let Some(born) = record.birth_date {
        let parts =
            [DatePart::Whole(born), DatePart::DayMonth(born.day(), born.month().into()), DatePart::Year(born.year())];
        tokens.extend(parts.into_iter().zip([14, 8, 3]).map(|(part, weight)| (part.token(), weight)));
    }
    if !record.upn.is_empty() {
        tokens.push((format!("upn {}", record.upn), 60));
    }
    tokens.sort();
    tokens.dedup();
    tokens
}

/// The tokens of what a learner was called before, each with its weight.
pub fn former_tokens(learner: &Learner) -> Vec<(String, i32)> {
    let names = learner.former.iter().flat_map(|former| [&former.given_name, &former.family_name, &former.known_as]);
    names.flat_map(|name| words(name)).flat_map(|word| word_tokens(&word)).collect()
}

/// The tokens of a learner's names as words and as they sound: what somebody who writes of them writes.
pub fn spoken_tokens(record: &Record) -> Vec<String> {
    let names = [&record.given_name, &record.family_name, &record.known_as];
    let tokens = names.into_iter().flat_map(|name| name_tokens(name)).map(|(token, _)| token);
    let mut spoken: Vec<String> = tokens.filter(|token| !token.starts_with("part ")).collect();
    spoken.sort();
    spoken.dedup();
    spoken
}

/// Whether whoever wrote whom they meant may have meant a learner.
pub fn may_mean(written: &str, record: &Record) -> bool {
    let query = Query::read(&plain_name(written));
    query.named() && query.matches(record).is_some()
}

/// Those of some learners whom whoever wrote whom they meant most likely meant.
pub fn most_likely(written: &str, learners: Vec<Learner>) -> Vec<Learner> {
    let query = Query::read(&plain_name(written));
    if !query.named() {
        return Vec::new();
    }
    let scored = |one: Learner| query.matches(&one.record).map(|found| (found.score, one));
    let all: Vec<(u8, Learner)> = learners.into_iter().filter_map(scored).collect();
    let best = all.iter().map(|(score, _)| *score).max();
    all.into_iter().filter(|(score, _)| Some(*score) == best).map(|(_, one)| one).collect()
}

impl Query {
    /// Reads what somebody typed.
    pub fn read(text: &str) -> Self {
        let mut query = Self::default();
        let bare: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
        if bare.len() == 13 && super::upn(&bare).is_ok() {
            query.upn = Some(bare);
            return query;
        }
        let typed: Vec<&str> = text.split_whitespace().collect();
        let mut rest = typed.as_slice();
        while let [word, others @ ..] = rest {
            if let Some((part, taken)) = begins(rest) {
                while query.words.last().is_some_and(|word| LEADING.contains(&word.as_str())) {
                    query.words.pop();
                }
                query.dates.push(part);
                rest = rest.get(taken..).unwrap_or_default();
                continue;
            }
            // No name has a digit in it: that is a form, such as 9K.
            if !word.chars().any(|c| c.is_ascii_digit()) {
                query.words.extend(words(word));
            }
            rest = others;
        }
        query.words.truncate(8);
        query
    }

    /// Whether nothing in it can be looked for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.dates.is_empty() && self.upn.is_none()
    }

    /// The tokens to look for.
    pub fn tokens(&self) -> Vec<String> {
        let words = self.words.iter().flat_map(|word| word_tokens(word)).map(|(token, _)| token);
        let dates = self.dates.iter().map(|part| part.token());
        let mut all: Vec<String> = words.chain(dates).chain(self.upn.iter().map(|upn| format!("upn {upn}"))).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Whether it says anything of a name.
    pub fn named(&self) -> bool {
        !self.words.is_empty()
    }

    /// Whether a learner was born when it says.
    pub fn dated(&self, record: &Record) -> bool {
        record.birth_date.is_some_and(|born| self.dates.iter().any(|part| part.of(born)))
    }

    /// How likely a learner is meant by what they are called, or were before, and why; none where hardly.
    pub fn meets(&self, learner: &Learner) -> Option<Match> {
        let now = self.matches(&learner.record);
        let before = learner.former.iter().filter_map(|former| self.matches(&former.in_place_of(&learner.record)));
        let before = before.map(|found| Match { score: found.score.saturating_sub(LESS).max(1), why: BEFORE });
        // Of two that are as likely the name that is borne comes last, and is taken.
        before.chain(now).max_by_key(|found| found.score)
    }

    /// How likely a learner is meant, and why; none where hardly.
    pub fn matches(&self, record: &Record) -> Option<Match> {
        if self.upn.as_ref().is_some_and(|upn| *upn == record.upn) {
            return Some(Match { score: 100, why: "the pupil number" });
        }
        let dated = self.dated(record);
        if self.words.is_empty() {
            return dated.then_some(Match { score: 70, why: "the date of birth" });
        }
        let known: Vec<String> =
            [&record.known_as, &record.given_name, &record.family_name].into_iter().flat_map(|n| words(n)).collect();
        let likes: Vec<(f64, &'static str)> = self.words.iter().map(|word| likeness(word, &known)).collect();
        let mean = likes.iter().map(|(like, _)| like).sum::<f64>() / likes.len() as f64;
        let worst = likes.iter().map(|(like, _)| *like).fold(1.0, f64::min);
        if mean < LIKELY || worst < LIKELY - 0.2 {
            return None;
        }
        let why = likes.iter().min_by(|a, b| a.0.total_cmp(&b.0)).map_or(EXACT, |(_, why)| why);
        let mut score = mean * 90.0;
        if dated {
            score += 9.0;
        } else if !self.dates.is_empty() && record.birth_date.is_some() {
            score -= 20.0;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between 1 and 99")]
        Some(Match { score: score.clamp(1.0, 99.0) as u8, why })
    }
}

/// How alike a word and the nearest of a learner's words are, and in what.
fn likeness(word: &str, known: &[String]) -> (f64, &'static str) {
    let spoken = sounds(word);
    let like = |other: &String| {
        if other == word {
            return (1.0, EXACT);
        }
        if word.chars().count() > 1 && other.starts_with(word) {
            return (0.93, "how a name begins");
        }
        let sounds = sounds(other).iter().any(|sound| spoken.contains(sound));
        let spelt = strsim::jaro_winkler(word, other);
        // A word of half the length is like it by chance, unless one is the beginning of the other.
        let (long, short) =
            (word.chars().count().max(other.chars().count()), word.chars().count().min(other.chars().count()));
        let begins = short > 2 && word.starts_with(other.as_str());
        let spelt = if short * 2 >= long || begins { spelt } else { 0.0 };
        if sounds { (spelt.max(0.88), "a name that sounds alike") } else { (spelt * 0.95, "a name spelt alike") }
    };
    known.iter().map(like).max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((0.0, EXACT))
}

/// The likeliest of some learners, best first.
pub fn rank(query: &Query, learners: Vec<Learner>) -> Vec<(Learner, Match)> {
    let mut found: Vec<(Learner, Match)> = learners
        .into_iter()
        .filter_map(|learner| {
            let found = query.meets(&learner)?;
            Some((learner, found))
        })
        .collect();
    found.sort_by(|(a, am), (b, bm)| {
        let gone = |learner: &Learner| learner.left_on.is_some();
        bm.score.cmp(&am.score).then(gone(a).cmp(&gone(b))).then_with(|| a.id.as_str().cmp(b.id.as_str()))
    });
    found.truncate(MOST);
    found
}
