//! The words of a text and what they are compared by: case, marks, quotes and bullets do not count, words do.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word as it is compared.
    pub plain: String,
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// The words of a text, in order. An `’s` is a word of its own, so that a name is the same name with and without it.
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut from = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_whitespace(), from) {
            (false, None) => from = Some(at),
            (true, Some(start)) => {
                push(text, start, at, &mut found);
                from = None;
            }
            _ => {}
        }
    }
    found
}

fn push(text: &str, start: usize, end: usize, found: &mut Vec<Word>) {
    let Some(raw) = text.get(start..end) else { return };
    let inner = raw.trim_start_matches(|c: char| !c.is_alphanumeric());
    let start = start + raw.len() - inner.len();
    let inner = inner.trim_end_matches(|c: char| !c.is_alphanumeric());
    let mut add = |word: &str, start: usize| {
        let mut plain = String::with_capacity(word.len());
        for c in word.chars().filter(|c| !matches!(c, '\'' | '’' | '‘' | '*' | '\u{ad}' | '\u{200b}')) {
            match c {
                _ if c.is_ascii() => plain.push(c.to_ascii_lowercase()),
                '–' | '—' | '‑' | '‐' => plain.push('-'),
                _ => plain.extend(c.to_lowercase()),
            }
        }
        if !plain.is_empty() {
            found.push(Word { plain, start, end: start + word.len() });
        }
    };
    let owner = ["'s", "’s", "'S", "’S"].iter().find_map(|s| inner.strip_suffix(s)).filter(|base| !base.is_empty());
    match owner {
        Some(base) => {
            add(base, start);
            let s = inner.len() - 1;
            if let Some(last) = inner.get(s..) {
                add(last, start + s);
            }
        }
        None => add(inner, start),
    }
}

/// The words of a text in one line, for comparing whole texts.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for word in words(text) {
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.push_str(&word.plain);
    }
    plain
}

/// A piece of a clause: a word, or a blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A word as it is compared.
    Word(String),
    /// A blank, by its key.
    Blank(String),
}

/// The pieces of a clause's text.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut say = |text: &str| found.extend(words(text).into_iter().map(|word| Piece::Word(word.plain)));
    let mut rest = text;
    let mut blanks = Vec::new();
    while let Some((before, inside)) = rest.split_once("{{") {
        let Some((key, after)) = inside.split_once("}}") else { break };
        say(before);
        // Marks the place; the key follows below, because words drop what is not of letters.
        say("\u{1d7d8}blank");
        blanks.push(key.trim().to_owned());
        rest = after;
    }
    say(rest);
    let mut blanks = blanks.into_iter();
    found
        .into_iter()
        .map(|piece| match piece {
            Piece::Word(word) if word == "\u{1d7d8}blank" => Piece::Blank(blanks.next().unwrap_or_default()),
            piece => piece,
        })
        .collect()
}

/// Where each blank of a clause stands in a text that says the same otherwise: key, first word, word after the last.
/// None where the texts differ outside the blanks.
pub fn fits(pieces: &[Piece], text: &[Word]) -> Option<Vec<(String, usize, usize)>> {
    // Most texts differ in their first words or in their last ones: those need no table.
    let agree = |(piece, word): (&Piece, &Word)| matches!(piece, Piece::Word(plain) if *plain == word.plain);
    let blank = |piece: &Piece| matches!(piece, Piece::Blank(_));
    let head = pieces.iter().position(blank).unwrap_or(pieces.len());
    let tail = pieces.iter().rev().position(blank).unwrap_or(pieces.len());
    let begins = pieces.len() <= text.len() && pieces.iter().zip(text).take(head).all(agree);
    if !begins || !pieces.iter().rev().zip(text.iter().rev()).take(tail).all(agree) {
        return None;
    }
    // reach[i][j]: whether the pieces from i on can be the words from j on.
    let (rows, columns) = (pieces.len(), text.len());
    let mut reach = vec![vec![false; columns + 1]; rows + 1];
    let at =
        |reach: &[Vec<bool>], i: usize, j: usize| reach.get(i).and_then(|row| row.get(j)).copied().unwrap_or(false);
    for (i, row) in (0..=rows).rev().zip(0..) {
        debug_assert!(row <= rows);
        for j in (0..=columns).rev() {
            let reached = match pieces.get(i) {
                None => j == columns,
                Some(Piece::Word(word)) => text.get(j).is_some_and(|w| w.plain == *word) && at(&reach, i + 1, j + 1),
                Some(Piece::Blank(_)) => j < columns && (at(&reach, i + 1, j + 1) || at(&reach, i, j + 1)),
            };
            if let Some(cell) = reach.get_mut(i).and_then(|row| row.get_mut(j)) {
                *cell = reached;
            }
        }
    }
    if !at(&reach, 0, 0) {
        return None;
    }
    let mut found = Vec::new();
    let mut j = 0;
    for (i, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Word(_) => j += 1,
            Piece::Blank(key) => {
                let start = j;
                j += 1;
                while j < columns && !at(&reach, i + 1, j) {
                    j += 1;
                }
                found.push((key.clone(), start, j));
            }
        }
    }
    Some(found)
}

/// The text from one word to another, as it stands.
pub fn said<'a>(text: &'a str, words: &[Word], from: usize, to: usize) -> &'a str {
    let start = words.get(from).map(|word| word.start);
    let end = to.checked_sub(1).filter(|last| *last >= from).and_then(|last| words.get(last)).map(|word| word.end);
    match (start, end) {
        (Some(start), Some(end)) => text.get(start..end).unwrap_or_default(),
        _ => "",
    }
}

/// The same with what stands between it and the words before and behind it: the marks of an open blank are no words.
pub fn around<'a>(text: &'a str, words: &[Word], from: usize, to: usize) -> &'a str {
    let start = from.checked_sub(1).and_then(|before| words.get(before)).map_or(0, |word| word.end);
    let end = words.get(to).map_or(text.len(), |word| word.start);
    text.get(start..end).unwrap_or_default()
}

/// A place where two texts differ, or agree: bytes of the one, bytes of the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Whether they agree here.
    pub same: bool,
    /// The words of the first text.
    pub first: String,
    /// The words of the second text.
    pub second: String,
}

/// Two texts side by side, in stretches that agree and stretches that differ; every character of both is in one.
pub fn compare(first: &str, second: &str) -> Vec<Span> {
    let (a, b) = (words(first), words(second));
    let keys = |words: &[Word]| words.iter().map(|word| word.plain.clone()).collect::<Vec<_>>();
    let mut spans: Vec<Span> = Vec::new();
    // What stands between two words goes with the word before it.
    let upto = |text: &str, words: &[Word], to: usize| words.get(to).map_or(text.len(), |word| word.start);
    let (mut a_at, mut b_at) = (0, 0);
    for op in capture_diff_slices(Algorithm::Patience, &keys(&a), &keys(&b)) {
        let same = matches!(op, DiffOp::Equal { .. });
        let (a_to, b_to) = (upto(first, &a, op.old_range().end), upto(second, &b, op.new_range().end));
        let first = first.get(a_at..a_to).unwrap_or_default().to_owned();
        let second = second.get(b_at..b_to).unwrap_or_default().to_owned();
        (a_at, b_at) = (a_to, b_to);
        match spans.last_mut().filter(|last| last.same == same) {
            Some(last) => {
                last.first.push_str(&first);
                last.second.push_str(&second);
            }
            None => spans.push(Span { same, first, second }),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_case_and_marks_do_not_count() {
        assert_eq!(plain("- The “DSL’s” deputy (s), re-reads it."), plain("the 'dsl's' Deputy s re‑reads it"));
        assert_ne!(plain("must not wait"), plain("must wait"));
    }

    #[test]
    fn a_blank_takes_the_words_between_its_neighbours() {
        let text = "Oakbeck School’s filter is Sluice Pro, bought by Oakbeck School.";
        let said_by = words(text);
        let found = fits(&pieces("{{school}}'s filter is {{product}}, bought by {{school}}."), &said_by);
        let values: Vec<_> =
            found.iter().flatten().map(|(key, from, to)| (key.as_str(), said(text, &said_by, *from, *to))).collect();
        assert_eq!(values, [("school", "Oakbeck School"), ("product", "Sluice Pro"), ("school", "Oakbeck School")]);
        assert_eq!(fits(&pieces("{{school}} is open"), &words("is open")), None);
    }

    #[test]
    fn two_texts_side_by_side_lose_nothing() {
        let (a, b) = ("Tell the lead, at once.", "Tell the headteacher at once – always.");
        let spans = compare(a, b);
        assert_eq!(spans.iter().map(|s| s.first.as_str()).collect::<String>(), a);
        assert_eq!(spans.iter().map(|s| s.second.as_str()).collect::<String>(), b);
        let differ: Vec<_> = spans.iter().filter(|s| !s.same).map(|s| (s.first.trim(), s.second.trim())).collect();
        assert_eq!(differ, [("lead,", "headteacher"), ("", "always.")]);
    }
}
