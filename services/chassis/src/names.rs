//! People's names as others write them: the words a name is found by, and when two of them may be one adult's. Whoever is
//! found by a name elsewhere is compared by the same words and sounds here.

use rphonetic::DoubleMetaphone;
use unicode_normalization::UnicodeNormalization as _;

/// Words before a name that tell nobody apart.
const TITLES: [&str; 16] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "dame",
    "lord",
    "lady",
    "rev",
    "revd",
    "father",
    "sister",
];
/// How many letters of a given name stand for it: Dan for Daniel.
const SHORT_FORM: usize = 3;

/// A name's words without accents, case and marks.
pub fn words(name: &str) -> Vec<String> {
    let plain: String = name.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect();
    // An apostrophe stands inside a name, every other mark between two.
    let plain: String = plain.to_lowercase().chars().filter(|c| !matches!(c, '\'' | '’' | '`' | '‘')).collect();
    plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// How a word sounds, by the rules for English spelling; nothing for words of other letters, which have no such rules.
pub fn sounds(word: &str) -> Vec<String> {
    if !word.chars().all(|c| c.is_ascii_alphabetic()) {
        return Vec::new();
    }
    let sounds = DoubleMetaphone::default().double_metaphone(word);
    [sounds.primary(), sounds.alternate()].into_iter().filter(|sound| sound.len() > 1).collect()
}

/// The words that are an adult's own, in one order: whichever of the names is written first, and without titles.
pub fn own(name: &str) -> Vec<String> {
    let mut own: Vec<String> = words(name).into_iter().filter(|word| !TITLES.contains(&word.as_str())).collect();
    own.sort_unstable();
    own.dedup();
    own
}

/// The words that an adult of a known date of birth is told by: as `own`, without initials beside two whole names. A title that
/// is a family name, too, stays where it is not written first and nothing else would.
pub fn whole(name: &str) -> Vec<String> {
    let mut whole = own(name);
    if whole.len() < 2 {
        whole = words(name).into_iter().skip_while(|word| TITLES.contains(&word.as_str())).collect();
        whole.sort_unstable();
    }
    let initial = |word: &String| word.chars().count() == 1;
    if whole.iter().filter(|word| !initial(word)).count() > 1 {
        whole.retain(|word| !initial(word));
    }
    whole
}

/// What an adult is kept out by: every two of their names together, so that a middle name more or less changes nothing;
/// the one word where there is one alone. Two names share one of these exactly where they are the `same`.
pub fn pairs(name: &str) -> Vec<String> {
    let own = own(name);
    match own.as_slice() {
        [] => Vec::new(),
        [one] => vec![one.clone()],
        several => {
            let with_later = |(i, first): (usize, &String)| {
                let later = several.iter().skip(i + 1);
                later.map(|second| format!("{first} {second}")).collect::<Vec<_>>()
            };
            several.iter().enumerate().flat_map(with_later).collect()
        }
    }
}

/// Whether two names are one adult's unless somebody says otherwise: whatever the order, case, accents and titles.
pub fn same(a: &str, b: &str) -> bool {
    let others = pairs(b);
    pairs(a).iter().any(|pair| others.contains(pair))
}

/// How many letters a word has at least in which one wrong letter makes no other name.
const LONG_WORD: usize = 5;

/// Whether two words differ by one slip of the pen: a letter too many, left out or wrong, or two that changed places.
fn slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().min(b.len()) < LONG_WORD {
        return false;
    }
    let same = |(x, y): &(&char, &char)| x == y;
    let begins = a.iter().zip(&b).take_while(same).count();
    let (a, b) = (a.get(begins..).unwrap_or_default(), b.get(begins..).unwrap_or_default());
    let ends = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    match (a.get(..a.len() - ends).unwrap_or_default(), b.get(..b.len() - ends).unwrap_or_default()) {
        ([] | [_], [_]) | ([_], []) => true,
        ([one, two], [three, four]) => one == four && two == three,
        _ => false,
    }
}

/// Whether two names may be one adult's, so that somebody is to be asked: every word of the shorter is in the longer,
/// begins one of it, sounds like one, or is one but for a slip of the pen.
pub fn near(a: &str, b: &str) -> bool {
    let (a, b) = (own(a), own(b));
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let whole = |word: &String, other: &String| {
        let heard = sounds(other);
        word == other || sounds(word).iter().any(|sound| heard.contains(sound)) || slip(word, other)
    };
    let begins = |word: &String, other: &String| {
        let enough = |short: &String| short.chars().count() == 1 || short.chars().count() >= SHORT_FORM;
        (enough(word) && other.starts_with(word.as_str())) || (enough(other) && word.starts_with(other.as_str()))
    };
    let meets = |word: &String| long.iter().any(|other| whole(word, other) || begins(word, other));
    // An initial alone says nothing of anybody.
    let one_whole = short.iter().any(|word| word.chars().count() > 1 && long.iter().any(|other| whole(word, other)));
    one_whole && short.iter().all(meets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_and_an_initial_tell_nobody_apart_whose_birth_is_known() {
        for other in
            ["Mr Gareth MOSS", "Moss, Rev. Gareth", "Gareth J. Moss", "prof gareth moss", "Sir Gareth X Y Moss"]
        {
            assert_eq!(whole(other), whole("Gareth Moss"), "{other}");
        }
        assert_ne!(whole("Gareth John Moss"), whole("Gareth Moss"));
        assert_eq!(whole("Mr Dean Lord"), whole("Dean Lord"));
        assert_eq!((whole("J. Okoro").len(), whole("Miss Vane").len()), (2, 1));
    }

    #[test]
    fn one_adult_is_written_in_many_ways() {
        for other in ["OSEI, Daniel", "Mr  Daniel OSEI", "daniel osei", "Daniel Kofi Oseí", "Dr. Daniel O’sei"] {
            assert!(same("Daniel Osei", other) && near("Daniel Osei", other), "{other}");
        }
        for other in ["D Osei", "Osei", "Dan Osei", "Daniel Osay", "Danielle Osei"] {
            assert!(near("Daniel Osei", other) && !same("Daniel Osei", other), "{other}");
        }
        for other in ["F. Vasquez", "Farah Vasquwz", "Ms Vasqeuz", "Farah Sidiqui Vasquex"] {
            assert!(near("Farah Siddiqui Vasquez", other), "{other}");
        }
        assert!(!near("Kit Barton", "Kit Marlow") && !near("Ann Lee", "Ann Leo Marsh"));
        for other in ["Daniel Pike", "A driver", "", "D", "Mr"] {
            assert!(!near("Daniel Osei", other) && !same("Daniel Osei", other), "{other}");
        }
        assert!(same("Prince", "PRINCE") && !same("Prince", "Prince Osei"));
    }
}
