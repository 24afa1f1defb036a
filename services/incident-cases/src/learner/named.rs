//! Whom of the roll a text names: by a given name, or the name they are known by, beside a family name in either order, as it
//! is spelt or nearly so; by a given name and an initial; and by a single name that few bear and that is no everyday word.
//! Nicknames that the roll does not have, parents, staff and children of other schools it does not know.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

use super::{Learner, search};
use crate::{
    lesson::{everyday, no_name},
    subject_access::{
        mentions::{Word, parts, plain, words},
        redact::Stretch,
    },
};

/// Letters that a word has at least for one spelt nearly like it to be the same name.
const ALIKE_MIN: usize = 4;
/// Letters that a word has at least for its end to be that of a plural.
const PLURAL_MIN: usize = 4;
/// How alike two words are that sound alike, at least.
const SOUNDING: f64 = 0.8;
/// The same of words that do not.
const SPELT: f64 = 0.94;

/// How a grown-up is called: the name behind it is rarely a child's.
const TITLES: [&str; 14] =
    ["mr", "mrs", "ms", "miss", "mx", "dr", "sir", "rev", "revd", "pc", "dc", "ds", "sgt", "detective"];

/// Names that are words of every text, or of the map, besides those that `lesson` knows: one of them alone names nobody.
const WORDS: &[&str] = &[
    "ace", "april", "august", "austin", "baker", "ball", "banks", "bell", "best", "bird", "bishop", "black", "bond",
    "brook", "brooks", "brown", "bush", "butler", "carter", "chance", "chelsea", "church", "cook", "cross", "day",
    "don", "east", "england", "english", "field", "fields", "fisher", "florence", "fox", "french", "frost", "georgia",
    "gold", "good", "grant", "gray", "green", "grey", "hall", "hand", "heath", "hill", "hills", "holly", "home",
    "house", "hunt", "hunter", "irish", "ivy", "jewel", "jordan", "justice", "knight", "lake", "lane", "lee", "little",
    "london", "long", "love", "major", "marsh", "mason", "miles", "miller", "mills", "moon", "moor", "moss", "nan",
    "north", "oak", "paris", "park", "parker", "parks", "peace", "pearl", "piper", "pool", "pope", "porter", "potter",
    "power", "price", "prince", "read", "reed", "rice", "rich", "rivers", "sage", "savage", "sharp", "shepherd",
    "short", "silver", "small", "smith", "snow", "south", "star", "stone", "storm", "street", "strong", "sunday",
    "swan", "swift", "sydney", "taylor", "temple", "turner", "van", "victoria", "virginia", "walker", "wall", "ward",
    "waters", "weaver", "welsh", "west", "white", "win", "winter", "wise", "wolf", "wood", "woods", "york",
];

/// How much is taken for a name.
#[derive(Debug, Clone, Copy)]
pub struct Care {
    /// How many learners may bear a single name for it to tell who is meant.
    pub bearers: usize,
    /// Letters that a single name has at least.
    pub letters: usize,
    /// Whether a single name counts behind a title, too.
    pub titled: bool,
}

/// Where somebody looks at what is found, and decides: rather more.
pub const SHOWN: Care = Care { bearers: 3, letters: 3, titled: true };
/// Where a text is refused: rather less.
pub const REFUSED: Care = Care { bearers: 1, letters: 4, titled: false };

/// How far a word is one of somebody's names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    #[default]
    No,
    Alike,
    Same,
}

#[derive(Debug, Clone, Copy, Default)]
struct Fits {
    given: Fit,
    family: Fit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Given,
    Family,
}

/// Somebody who may be named.
#[derive(Debug)]
struct Known {
    id: String,
    family: BTreeSet<String>,
    /// Whether one of their names alone tells who is meant.
    close: bool,
    /// Whether it does in small letters, too.
    small: bool,
}

/// One word that is a name: how it sounds, and whose it is.
#[derive(Debug, Default)]
struct Name {
    sounds: Vec<String>,
    of: Vec<(usize, Part)>,
}

/// Who may be named in a text.
#[derive(Debug, Default)]
pub struct Roll {
    known: Vec<Known>,
    names: HashMap<String, Name>,
    /// Words that name whoever may be named.
    free: HashSet<String>,
}

/// Somebody who is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Where.
    pub stretch: Stretch,
    /// Who may be meant, as they were told to the roll: whose names are spelt so comes first.
    pub who: Vec<String>,
    /// How many of them the words fit as well as the first.
    pub best: usize,
}

/// A word of a text, with whose name it may be.
struct Said {
    word: Word,
    plain: String,
    fits: BTreeMap<usize, Fits>,
    ordinary: bool,
    free: bool,
}

impl Said {
    /// The letter, where the word is one.
    fn initial(&self) -> Option<char> {
        let mut letters = self.plain.chars();
        // “I” is somebody else, and “a” in small letters an article.
        let letter = letters.next().filter(|letter| letters.next().is_none() && letter.is_alphabetic());
        letter.filter(|letter| *letter != 'i' && (self.word.capital || *letter != 'a'))
    }
}

fn slice(text: &[char], word: Word) -> &[char] {
    text.get(word.start..word.end).unwrap_or_default()
}

fn long(word: &str) -> bool {
    word.chars().count() > 1 || !word.is_ascii()
}

fn ordinary(word: &str) -> bool {
    everyday(word) || no_name(word) || WORDS.contains(&word)
}

/// How a word of a text may stand for a name: as it is, without what joins it, each part, and in the plural.
fn forms(plain: &str, capital: bool) -> Vec<String> {
    let mut all = parts(plain);
    if let Some(one) = plain.strip_suffix('s').filter(|one| capital && one.chars().count() >= PLURAL_MIN) {
        all.extend(parts(one));
    }
    all.retain(|form| long(form));
    all
}

/// The words of a name.
fn of_name(name: &str) -> impl Iterator<Item = String> {
    let text: Vec<char> = name.chars().collect();
    let all: Vec<String> = words(&text).into_iter().map(|word| plain(slice(&text, word))).collect();
    all.into_iter().flat_map(|word| parts(&word)).filter(|word| long(word) && !no_name(word))
}

/// The tokens by which the store finds everybody whom a text may name.
pub fn sought<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut all: HashSet<(String, bool)> = HashSet::new();
    for text in texts {
        let text: Vec<char> = text.chars().collect();
        all.extend(words(&text).into_iter().map(|word| (plain(slice(&text, word)), word.capital)));
    }
    let all = all.into_iter().filter(|(word, _)| long(word) && !no_name(word));
    all.flat_map(|(word, capital)| {
        let sounding = capital && word.chars().count() >= ALIKE_MIN;
        forms(&word, capital).into_iter().flat_map(move |form| search::bearers(&form, sounding).collect::<Vec<_>>())
    })
    .collect()
}

impl Roll {
    /// Everybody of these.
    pub fn of<'a>(learners: impl IntoIterator<Item = &'a Learner>) -> Self {
        let mut roll = Self::default();
        for learner in learners {
            roll.learner(learner.id.as_str(), learner, false);
        }
        roll
    }

    fn learner(&mut self, id: &str, learner: &Learner, close: bool) {
        let all = || learner.names();
        let given: Vec<&str> = all().flat_map(|[given, known_as, _]| [given, known_as]).collect();
        let family: Vec<&str> = all().map(|[.., family]| family).collect();
        self.add(id, &given, &family.join(" "), (close, close));
    }

    /// Learns of a learner of whom one name alone tells who is meant.
    pub fn close_learner(&mut self, id: &str, learner: &Learner) {
        self.learner(id, learner, true);
    }

    fn add(&mut self, id: &str, given: &[&str], family: &str, (close, small): (bool, bool)) {
        let place = self.known.len();
        let family: BTreeSet<String> = of_name(family).collect();
        let given: BTreeSet<String> = given.iter().flat_map(|name| of_name(name)).collect();
        let all = given.iter().map(|name| (name, Part::Given)).chain(family.iter().map(|name| (name, Part::Family)));
        for (name, part) in all {
            let entry =
                self.names.entry(name.clone()).or_insert_with(|| Name { sounds: search::sounds(name), of: Vec::new() });
            entry.of.push((place, part));
        }
        self.known.push(Known { id: id.to_owned(), family, close, small });
    }

    /// Learns of somebody of whom one name alone tells who is meant, as somebody wrote them: the words with a capital letter.
    /// They count in small letters as well where nothing else was written of them.
    pub fn close(&mut self, id: &str, person: &str) {
        let text: Vec<char> = person.chars().collect();
        let all = words(&text);
        let digit = |word: &Word| slice(&text, *word).iter().any(char::is_ascii_digit);
        let small = all.iter().all(|word| word.capital || digit(word));
        let names = all.into_iter().filter(|word| word.capital);
        let names = names.map(|word| slice(&text, word).iter().collect::<String>());
        let mut names: Vec<String> = names.filter(|name| !no_name(&name.to_lowercase())).collect();
        let family = if names.len() > 1 { names.pop().unwrap_or_default() } else { String::new() };
        let given: Vec<&str> = names.iter().map(String::as_str).collect();
        if !given.is_empty() {
            self.add(id, &given, &family, (true, small));
        }
    }

    /// Learns who may be named: a name that is also theirs names nobody else by itself.
    pub fn free(&mut self, learner: &Learner) {
        self.free.extend(learner.names().flatten().flat_map(of_name));
    }

    fn fits(&self, plain: &str, capital: bool) -> BTreeMap<usize, Fits> {
        let mut fits: BTreeMap<usize, Fits> = BTreeMap::new();
        let mut add = |of: &[(usize, Part)], fit: Fit| {
            for (who, part) in of {
                let all = fits.entry(*who).or_default();
                let one = if *part == Part::Given { &mut all.given } else { &mut all.family };
                *one = fit.max(*one);
            }
        };
        for form in forms(plain, capital) {
            if let Some(name) = self.names.get(&form) {
                add(&name.of, Fit::Same);
            }
        }
        if capital && plain.chars().count() >= ALIKE_MIN && !ordinary(plain) {
            let spoken = search::sounds(plain);
            for (known, name) in &self.names {
                let spelt = strsim::jaro_winkler(plain, known);
                let sounding = spelt >= SOUNDING && name.sounds.iter().any(|sound| spoken.contains(sound));
                if known != plain && known.chars().count() >= ALIKE_MIN && (sounding || spelt >= SPELT) {
                    add(&name.of, Fit::Alike);
                }
            }
        }
        fits
    }

    fn read(&self, text: &[char]) -> Vec<Said> {
        let mut known: HashMap<(String, bool), BTreeMap<usize, Fits>> = HashMap::new();
        let said = |word: Word| {
            let plain = plain(slice(text, word));
            let key = (plain.clone(), word.capital);
            let fits = known.entry(key).or_insert_with(|| self.fits(&plain, word.capital)).clone();
            let free = forms(&plain, word.capital).iter().any(|form| self.free.contains(form));
            Said { word, fits, ordinary: ordinary(&plain), free, plain }
        };
        words(text).into_iter().map(said).collect()
    }

    /// Whom a text names, in the order of their places.
    pub fn find(&self, text: &str, care: Care) -> Vec<Hit> {
        if self.known.is_empty() {
            return Vec::new();
        }
        let text: Vec<char> = text.chars().collect();
        let said = self.read(&text);
        let mut hits: Vec<(Stretch, usize, usize)> = Vec::new();
        for (at, one) in said.iter().enumerate() {
            let next = said.get(at + 1).filter(|next| beside(&text, one, next));
            let initial = next.filter(|next| next.initial().is_some());
            let beyond = initial.and_then(|next| said.get(at + 2).filter(|last| beside(&text, next, last)));
            let before = at.checked_sub(1).and_then(|before| said.get(before));
            let titled = before.is_some_and(|before| TITLES.contains(&before.plain.as_str()));
            for (who, fits) in &one.fits {
                let pair = |other: &Said| Some((other.word.end, self.pair(*who, (one, *fits), other)?));
                let (end, spelt) = match beyond.into_iter().chain(next).find_map(pair) {
                    Some(found) => found,
                    None if self.alone(*who, (one, *fits), titled, care) => (one.word.end, 1),
                    None => continue,
                };
                hits.push((Stretch { start: one.word.start, end }, *who, spelt));
            }
        }
        self.together(hits)
    }

    /// Whether two words beside each other are somebody's given and family name, or a given name and an initial: how many of
    /// them are spelt as the roll has them.
    fn pair(&self, who: usize, (one, fits): (&Said, Fits), other: &Said) -> Option<usize> {
        let known = self.known.get(who)?;
        let sure = |word: &Said, fit: Fit| match fit {
            Fit::No => false,
            Fit::Alike => word.word.capital,
            Fit::Same => word.word.capital || !ordinary(&word.plain),
        };
        let theirs = other.fits.get(&who).copied().unwrap_or_default();
        let whole = |given: (&Said, Fit), family: (&Said, Fit)| {
            // Where neither is spelt as the roll has it, both are written as names.
            sure(given.0, given.1) && sure(family.0, family.1) && !(one.free && other.free)
        };
        // An everyday word in small letters is a name in front of one that is surely theirs, and of a child whom it is about.
        let full = fits.given == Fit::Same && theirs.family == Fit::Same && !(one.free && other.free);
        let full = full && (known.close || sure(one, fits.given) || sure(other, theirs.family));
        let spelt = |given: Fit, family: Fit| usize::from(given == Fit::Same) + usize::from(family == Fit::Same);
        if full || whole((one, fits.given), (other, theirs.family)) {
            return Some(spelt(fits.given, theirs.family));
        }
        if whole((other, theirs.given), (one, fits.family)) {
            return Some(spelt(theirs.given, fits.family));
        }
        let named = fits.given == Fit::Same && !one.ordinary;
        let begins = |letter: char| known.family.iter().any(|name| name.starts_with(letter));
        (named && other.initial().is_some_and(begins)).then_some(1)
    }

    /// Whether a word by itself tells who is meant.
    fn alone(&self, who: usize, (one, fits): (&Said, Fits), titled: bool, care: Care) -> bool {
        let same = |fits: &Fits| fits.given == Fit::Same || fits.family == Fit::Same;
        let Some(known) = self.known.get(who) else { return false };
        if one.ordinary || one.free || !same(&fits) || !(one.word.capital || known.small) {
            return false;
        }
        if known.close {
            // Two letters in small ones are a word of another language, or a part of one.
            return one.plain.chars().count() > 2 || one.word.capital;
        }
        let bearers = one.fits.values().filter(|fits| same(fits)).count();
        one.plain.chars().count() >= care.letters && bearers <= care.bearers && (care.titled || !titled)
    }

    /// One hit for each place: the longest, with everybody whom it may name.
    fn together(&self, mut hits: Vec<(Stretch, usize, usize)>) -> Vec<Hit> {
        hits.sort_by_key(|(stretch, who, spelt)| (stretch.start, Reverse(stretch.end), Reverse(*spelt), *who));
        let (mut found, mut most): (Vec<Hit>, usize) = (Vec::new(), 0);
        for (stretch, who, spelt) in hits {
            let Some(known) = self.known.get(who) else { continue };
            match found.last_mut() {
                Some(last) if last.stretch == stretch => {
                    if !last.who.contains(&known.id) {
                        last.who.push(known.id.clone());
                        last.best += usize::from(spelt == most);
                    }
                }
                Some(last) if stretch.start < last.stretch.end => {
                    last.stretch.end = last.stretch.end.max(stretch.end);
                }
                _ => {
                    most = spelt;
                    found.push(Hit { stretch, who: vec![known.id.clone()], best: 1 });
                }
            }
        }
        found
    }
}

/// Whether nothing but blanks stands between two words, or what stands behind an initial and before a name.
fn beside(text: &[char], one: &Said, next: &Said) -> bool {
    let between = text.get(one.word.end..next.word.start).unwrap_or_default();
    let (stop, comma) = (one.initial().is_some(), next.initial().is_none());
    let blank = |c: &char| matches!(c, ' ' | '\u{a0}') || (*c == '.' && stop) || (*c == ',' && comma);
    between.len() < 4 && between.iter().all(blank)
}

#[cfg(test)]
mod tests {
    use chassis::{clock::ManualClock, id::Ids};
    use time::macros::datetime;

    use super::*;
    use crate::learner::Record;

    fn roll() -> (Vec<Learner>, Roll) {
        let at = datetime!(2026-11-25 09:00 UTC);
        let ids = Ids::seeded(ManualClock::new(at), 3);
        let learner = |(given, family, known_as): (&str, &str, &str)| Learner {
            id: ids.next(),
            school_id: "sch_a".into(),
            record: Record {
                given_name: given.into(),
                family_name: family.into(),
                known_as: known_as.into(),
                ..Record::default()
            },
            created_at: at,
            updated_at: at,
            left_on: None,
            household: Vec::new(),
            former: Vec::new(),
            version: 1,
        };
        let all: Vec<Learner> = [
            ("Charlotte", "Wainwright", "Lottie"),
            ("Will", "Young", ""),
            ("May", "O\u{2019}Brien-Hale", ""),
            ("Zo\u{eb}", "Marsh", ""),
            ("Hannah", "Ashdown", ""),
            ("Hannah", "Peel", ""),
            ("Devendra", "Rao", "Dev"),
        ]
        .map(learner)
        .into();
        let roll = Roll::of(&all);
        (all, roll)
    }

    fn found(roll: &Roll, text: &str, care: Care) -> Vec<String> {
        let letters: Vec<char> = text.chars().collect();
        let said = |hit: Hit| letters.get(hit.stretch.start..hit.stretch.end).into_iter().flatten().collect();
        roll.find(text, care).into_iter().map(said).collect()
    }

    #[test]
    fn names_are_found_as_they_are_called_and_nearly_as_they_are_spelt() {
        let (_, roll) = roll();
        for (text, named) in [
            ("Then Lottie Wainwright came.", "Lottie Wainwright"),
            ("then lottie wainwright came", "lottie wainwright"),
            ("WAINWRIGHT, Charlotte", "WAINWRIGHT, Charlotte"),
            ("Sol and Lottie W. were there", "Lottie W"),
            ("Charlotte J. Wainwright", "Charlotte J. Wainwright"),
            ("Loty Wainright said so", "Loty Wainright"),
            ("May O'Brien Hale", "May O'Brien"),
            ("Zoe Marsh", "Zoe Marsh"),
            ("Will Young", "Will Young"),
            ("so zoe marsh came to us", "zoe marsh"),
            ("then lottie w came", "lottie w"),
        ] {
            let found = found(&roll, text, REFUSED);
            assert_eq!(found.first().map(String::as_str), Some(named), "{text}: {found:?}");
        }
        assert_eq!(found(&roll, "Bea told Wainwrights mum.", SHOWN), ["Wainwrights"]);
        assert_eq!(found(&roll, "Mrs Wainwright rang; so did Hannah.", SHOWN), ["Wainwright", "Hannah"]);
        assert_eq!(found(&roll, "Dev alone was there; a dev tool, and Zo\u{eb}.", SHOWN), ["Dev", "Zo\u{eb}"]);
    }

    #[test]
    fn what_somebody_was_called_before_names_them_still() {
        let (mut all, _) = roll();
        let married = Record { family_name: "Hartley".into(), ..all[0].record.clone() };
        all[0].becomes(married);
        let roll = Roll::of(&all);
        assert_eq!(found(&roll, "Then Lottie Wainwright came.", REFUSED), ["Lottie Wainwright"]);
        assert_eq!(found(&roll, "Then Lottie Hartley came.", REFUSED), ["Lottie Hartley"]);
        let mut file = crate::subject_access::items::Found { others: vec![all.remove(0)], ..Default::default() };
        let texts = |file: &crate::subject_access::items::Found, subject: &Learner| {
            file.people(subject).mentions("Lottie Wainwright came.").len()
        };
        assert_eq!(texts(&file, &all[0]), 1, "who reads a file reads no former name of somebody else");
        let subject = file.others.remove(0);
        assert_eq!(texts(&file, &subject), 0, "and their own");
    }

    #[test]
    fn everyday_words_and_names_that_many_bear_are_no_refusal() {
        let (_, roll) = roll();
        for text in [
            "Will they come in May? The young will not.",
            "May I ask whether you will? I will.",
            "Marsh Lane, by the marsh; Young people rang.",
            "Mrs Wainwright rang, and Dr Ashdown.",
            "Hannah and I.",
            "Ring Learner 1. A boy saw it.",
            "",
        ] {
            assert_eq!(found(&roll, text, REFUSED), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn whoever_is_close_is_named_by_one_name_and_whoever_may_be_named_by_none() {
        let (all, mut roll) = roll();
        roll.close("Learner 1", "Hannah Peel");
        roll.close("Learner 2", "a boy in Year 9");
        for text in ["Hannah of 10B, and a boy", "hannah\u{2019}s mum, and a boy", "peel"] {
            let found = found(&roll, text, REFUSED);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
        }
        roll.close("Learner 5", "Jo Tansy");
        assert_eq!(found(&roll, "Then Jo came, and so did jo", REFUSED), ["Jo"], "however short");
        roll.close("Learner 3", "Somebody from a Game");
        roll.close("Learner 4", "Will Young");
        assert_eq!(found(&roll, "a game; they will not, and young people do", REFUSED), Vec::<String>::new());
        assert_eq!(found(&roll, "will young came", REFUSED), ["will young"]);
        // Whose names are spelt so comes before whose names sound so.
        let mut roll = Roll::default();
        roll.close("Learner 1", "Charlot Wainright");
        roll.close("Learner 2", "Charlotte Wainwright");
        let hit = roll.find("Charlotte Wainwright", REFUSED).remove(0);
        assert_eq!(hit.who[..hit.best], ["Learner 2"], "{hit:?}");
        let mut roll = Roll::of(&all);
        roll.free(&all[0]);
        assert_eq!(found(&roll, "Lottie; Wainwright; Peel", SHOWN), ["Peel"]);
    }
}
