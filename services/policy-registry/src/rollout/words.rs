//! Two changes of one text put together, word by word, where they do not meet.

use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// One side's change: which words of the base go, and what comes in their place.
struct Hunk {
    old: Range<usize>,
    new: Range<usize>,
}

/// Both changes in one text; none where they touch the same words, or stand right beside each other.
pub fn together(base: &str, own: &str, theirs: &str) -> Option<String> {
    let (base, own, theirs) = (words(base), words(own), words(theirs));
    let (ours, others) = (hunks(&base, &own), hunks(&base, &theirs));
    let mut text = String::new();
    let (mut at, mut i, mut j) = (0, 0, 0);
    loop {
        let (mine, other) = (ours.get(i), others.get(j));
        let (hunk, from) = match (mine, other) {
            (None, None) => break,
            (Some(mine), Some(other)) if meet(mine, other) => {
                if mine.old != other.old || own[mine.new.clone()] != theirs[other.new.clone()] {
                    return None;
                }
                j += 1;
                i += 1;
                (mine, &own)
            }
            (Some(mine), other) if other.is_none_or(|other| mine.old.start < other.old.start) => {
                i += 1;
                (mine, &own)
            }
            (_, Some(other)) => {
                j += 1;
                (other, &theirs)
            }
            (Some(mine), None) => {
                i += 1;
                (mine, &own)
            }
        };
        write(&mut text, &base[at..hunk.old.start]);
        write(&mut text, &from[hunk.new.clone()]);
        at = hunk.old.end;
    }
    write(&mut text, &base[at..]);
    Some(text.trim().to_owned())
}

/// Adds words; what was the last word of its text has no space after it yet.
fn write(text: &mut String, words: &[&str]) {
    for word in words {
        if text.ends_with(|last: char| !last.is_whitespace()) {
            text.push(' ');
        }
        text.push_str(word);
    }
}

/// True where two changes share a word or leave none between them.
fn meet(one: &Hunk, other: &Hunk) -> bool {
    one.old.start <= other.old.end && other.old.start <= one.old.end
}

/// The words of a text, each with the space after it.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut spaced) = (0, false);
    for (at, letter) in text.char_indices() {
        if spaced && !letter.is_whitespace() {
            words.push(&text[start..at]);
            start = at;
        }
        spaced = letter.is_whitespace();
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

fn hunks(base: &[&str], changed: &[&str]) -> Vec<Hunk> {
    // The last word of a text has no space after it, and is the same word all the same.
    let bare = |words: &[&str]| words.iter().map(|word| word.trim_end().to_owned()).collect::<Vec<_>>();
    let ops = capture_diff_slices(Algorithm::Myers, &bare(base), &bare(changed));
    let changes = ops.into_iter().filter(|op| op.tag() != DiffTag::Equal);
    changes.map(|op| Hunk { old: op.old_range(), new: op.new_range() }).collect()
}

/// True where two texts have the same words.
pub fn same(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

/// True where a text has every word of another, in one stretch.
pub fn holds(text: &str, part: &str) -> bool {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    flat(text).contains(&flat(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_that_do_not_meet_are_put_together() {
        let base = "The lead tells parents by letter within two days and keeps a copy.";
        let own = "Our lead tells parents by letter within two days and keeps a copy.";
        let theirs = "The lead tells parents by letter within one day and keeps a copy.";
        let both = "Our lead tells parents by letter within one day and keeps a copy.";
        assert_eq!(together(base, own, theirs).as_deref(), Some(both));
        assert_eq!(together(base, theirs, own).as_deref(), Some(both));
        let longer = format!("{base} Governors are told too.");
        let all = format!("{own} Governors are told too.");
        assert_eq!(together(base, own, &longer), Some(all));
    }

    #[test]
    fn changes_that_meet_are_not() {
        let base = "Tell parents within two days.";
        assert_eq!(together(base, "Tell parents within five days.", "Tell parents within one day."), None);
        // Side by side: whoever reads both has to say which goes first.
        assert_eq!(together("a b c", "a x b c", "a y b c"), None);
        assert_eq!(together("a b c d", "a x c d", "a b y d"), None);
    }

    #[test]
    fn the_same_change_on_both_sides_is_made_once() {
        assert_eq!(together("a b c", "a x c", "a x c").as_deref(), Some("a x c"));
        assert_eq!(together("a b", "a b", "a b").as_deref(), Some("a b"));
        assert_eq!(together("", "", "new").as_deref(), Some("new"));
    }
}
