//! What was typed in the one form in which words are compared: compatibility forms, accents, case, look-alike letters,
//! digits that stand for letters, letters drawn out or set apart. Nothing is allocated once the buffers have grown.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Characters that are read at a time: a longer text is read in pieces.
const PIECE: usize = 4_000;
/// Characters by which the pieces of a long text lap over one another: more than any phrase of the lists has.
const LAP: usize = 400;
/// Pieces that are read.
const PIECES: usize = 10;
/// Characters of a search that are judged: whoever types more is told so.
pub const JUDGED: usize = PIECE + (PIECES - 1) * (PIECE - LAP) - LAP;
/// Characters that those of a piece are taken apart into at most.
const APART: usize = 4 * PIECE;
/// Places that may be read in two ways; where there are more, only the first reading counts.
const OPEN_MOST: u32 = 4;
/// Letters set apart that are one word: fewer are words of their own, such as `a` and `i`.
const SET_APART: usize = 3;

/// Buffers for folding one text after the other.
#[derive(Debug, Default)]
pub(super) struct Folding {
    plain: String,
    /// What was folded last: words between single blanks, a blank at either end.
    pub(super) folded: String,
}

impl Folding {
    /// Takes a text in. Answers in how many ways it can be read; `read` chooses one.
    pub(super) fn take(&mut self, text: &str) -> u32 {
        self.plain.clear();
        if text.is_ascii() {
            plain(text.bytes().map(char::from).take(APART), &mut self.plain);
        } else {
            plain(text.nfkd().take(APART), &mut self.plain);
        }
        let open = self.read(0);
        1 << open.min(OPEN_MOST)
    }

    /// Reads the text taken in, in one of its ways; answers how many of its places can be read in two.
    pub(super) fn read(&mut self, way: u32) -> u32 {
        let Self { plain, folded } = self;
        folded.clear();
        folded.push(' ');
        let (mut open, mut apart) = (0, 0);
        for word in plain.split(' ').filter(|word| !word.is_empty()) {
            let before = folded.len();
            read_word(word, way, &mut open, folded);
            let single = folded[before..].chars().count() == 1 && folded[before..].chars().all(char::is_alphabetic);
            if single {
                apart += 1;
            } else {
                join(folded, before, apart);
                apart = 0;
            }
            folded.push(' ');
        }
        let end = folded.len();
        join(folded, end, apart);
        open
    }
}

/// A text in the pieces in which it is read. They begin and end between words, where there are any.
pub(super) fn windows(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    let next = move || {
        let text = rest.take()?;
        if text.len() <= PIECE {
            return Some(text);
        }
        let at = |count: usize| text.char_indices().nth(count).map(|(place, _)| place);
        let (Some(lap), Some(end)) = (at(PIECE - LAP), at(PIECE)) else { return Some(text) };
        let shared = &text[lap..end];
        rest = Some(&text[lap + shared.find(char::is_whitespace).unwrap_or_default()..]);
        Some(&text[..shared.rfind(char::is_whitespace).map_or(end, |blank| lap + blank)])
    };
    std::iter::from_fn(next).take(PIECES)
}

/// Joins the last single letters before a place into one word, where there are enough of them.
fn join(folded: &mut String, before: usize, apart: usize) {
    if apart < SET_APART {
        return;
    }
    let after = folded.split_off(before);
    let letters: Vec<char> = folded.chars().rev().filter(|c| *c != ' ').take(apart).collect();
    for _ in 0..apart {
        folded.pop();
        folded.pop();
    }
    folded.extend(letters.iter().rev());
    folded.push(' ');
    folded.push_str(&after);
}

/// Lower case without marks, look-alikes as what they look like, everything that is no letter, digit or sign standing for
/// one as a blank.
fn plain(text: impl Iterator<Item = char>, plain: &mut String) {
    let mut text = text.peekable();
    let mut inside = false;
    while let Some(c) = text.next() {
        let next = text.peek().copied().unwrap_or(' ');
        match c {
            '\'' | '\u{2018}' | '\u{2019}' | '\u{02bc}' | '`' => {}
            c if vowel_sign(c) => plain.push(c),
            c if is_combining_mark(c) || invisible(c) => {}
            c if c.is_alphanumeric() => {
                plain.extend(c.to_lowercase().filter(|c| !is_combining_mark(*c)).map(latin));
                inside = true;
            }
            // `p@ss`, `k!ll`, `$ell`: inside a word, or where one begins.
            '@' | '$' if next.is_alphabetic() || (inside && next.is_alphanumeric()) => {
                plain.push(c);
                inside = true;
            }
            '!' | '|' if inside && next.is_alphanumeric() => plain.push(c),
            _ => {
                plain.push(' ');
                inside = false;
            }
        }
    }
}

/// Vowels that are written as marks: in the scripts of India they tell one word from another, other marks are often left out.
fn vowel_sign(c: char) -> bool {
    let nasal =
        matches!(c, '\u{900}'..='\u{902}' | '\u{981}' | '\u{982}' | '\u{a01}' | '\u{a02}' | '\u{a70}' | '\u{a71}');
    matches!(c, '\u{900}'..='\u{dff}') && is_combining_mark(c) && c.is_alphanumeric() && !nasal
}

/// Characters without width, and control characters with the signs that stand for them: words are broken up with them unseen.
fn invisible(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{2400}'..='\u{2408}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Letters of other scripts that look like ours, and those of ours that no mark can be taken off.
fn latin(c: char) -> char {
    match c {
        'а' | 'α' => 'a',
        'с' => 'c',
        'ԁ' | 'đ' | 'ð' => 'd',
        'е' | 'ε' | 'ə' => 'e',
        'һ' => 'h',
        'і' | 'ι' | 'ı' => 'i',
        'ј' => 'j',
        'κ' | 'к' => 'k',
        'ł' | 'ӏ' => 'l',
        'о' | 'ο' | 'ø' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'ν' => 'v',
        'х' | 'χ' => 'x',
        'у' => 'y',
        // Letters of Arabic and Urdu keyboards that are typed for one another.
        'ى' | 'ی' => 'ي',
        'ک' => 'ك',
        'ة' | 'ہ' => 'ه',
        other => other,
    }
}

/// One word: signs that stand for letters as those, letters drawn out as one. A `1` is an i or an l, and letters drawn out
/// were one or two: such a place is read as the way says.
fn read_word(word: &str, way: u32, open: &mut u32, folded: &mut String) {
    let letters = word.chars().any(char::is_alphabetic);
    let mut choose = |first: char, second: char| {
        let chosen = if *open < OPEN_MOST && (way >> *open) & 1 == 1 { second } else { first };
        *open += 1;
        chosen
    };
    let mut last = ('\0', 0_usize);
    for c in word.chars().chain(['\0']) {
        let c = match c {
            other if !letters => other,
            '0' => 'o',
            '1' | '!' | '|' => choose('i', 'l'),
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        };
        if c == last.0 {
            last.1 += 1;
            continue;
        }
        let (letter, times) = last;
        let times = match times {
            3.. if letter.is_alphabetic() => {
                if choose('1', '2') == '2' {
                    2
                } else {
                    1
                }
            }
            times => times,
        };
        folded.extend(std::iter::repeat_n(letter, times));
        last = (c, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        let mut folding = Folding::default();
        let ways = folding.take(text);
        (0..ways)
            .map(|way| {
                folding.read(way);
                folding.folded.trim().to_owned()
            })
            .collect()
    }

    #[test]
    fn one_form_for_whatever_way_it_is_typed() {
        assert_eq!(folded("  Roman   ROADS, map! "), ["roman roads map"]);
        assert_eq!(folded("don’t  can't"), ["dont cant"]);
        assert_eq!(folded("Zoë café ﬁne Łódź"), ["zoe cafe fine lodz"]);
        assert_eq!(folded("m4p 0f r04ds 5"), ["map of roads 5"]);
        assert_eq!(folded("m@p $ea 20"), ["map sea 20"]);
        assert_eq!(folded("mаp"), ["map"], "a Cyrillic letter");
        assert_eq!(folded("m\u{200b}ap"), ["map"]);
        assert_eq!(folded("m\0a\u{2400}p 1\u{7}"), ["map 1"], "a null within a word");
        assert_eq!(folded(""), [""]);
    }

    #[test]
    fn scripts_whose_marks_are_letters_keep_them() {
        assert_eq!(folded("मरना मारना"), ["मरना मारना"]);
        assert_eq!(folded("हूँ हूं"), ["हू हू"], "a sign that is often left out");
        assert_eq!(folded("کی كى"), ["كي كي"], "two keyboards");
    }

    #[test]
    fn a_long_text_is_read_in_pieces_that_end_between_words() {
        assert_eq!(windows("roman roads").collect::<Vec<_>>(), ["roman roads"]);
        let long = "roman roads ".repeat(1_000);
        let pieces: Vec<_> = windows(&long).collect();
        assert!(
            pieces.len() > 3
                && pieces
                    .iter()
                    .flat_map(|piece| piece.split_whitespace())
                    .all(|word| ["roman", "roads"].contains(&word))
        );
        assert_eq!(windows(&"é".repeat(100_000)).count(), PIECES, "and no more than are read");
    }

    #[test]
    fn letters_set_apart_are_one_word() {
        assert_eq!(folded("r o m a n roads"), ["roman roads"]);
        assert_eq!(folded("see m-a-p"), ["see map"]);
        assert_eq!(folded("i a"), ["i a"], "two are words");
        assert_eq!(folded("m.a.p"), ["map"]);
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_read_in_both() {
        assert_eq!(folded("f1sh"), ["fish", "flsh"]);
        assert_eq!(folded("maaaap"), ["map", "maap"]);
        let read = |text: &str, wanted: &str| folded(text).iter().any(|way| way == wanted);
        assert!(read("hi11 r0ad", "hill road") && read("f1eld se1f", "field self"));
        assert_eq!(folded("1111").len(), 1, "a number is a number");
        assert!(folded(&"l1st ".repeat(40)).len() == 16, "no more ways than are tried");
    }
}
