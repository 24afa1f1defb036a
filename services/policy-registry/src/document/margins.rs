//! What is printed on every page, at its head or foot: told from the text by coming again.

use std::collections::{BTreeSet, HashMap};

/// How many lines at the head and foot of a page are looked at.
const DEEP: usize = 2;
/// On how many pages a line stands before it belongs to the page and not to the text.
const AGAIN: usize = 3;

/// The lines, from 0, that belong to the pages of a text whose pages end in form feeds.
pub(super) fn find(text: &str) -> BTreeSet<usize> {
    let pages: Vec<&str> = text.split('\u{c}').collect();
    let mut margins = BTreeSet::new();
    let mut seen: HashMap<(bool, String), Vec<usize>> = HashMap::new();
    let mut printed = 0;
    let mut first = 0;
    for page in &pages {
        let lines: Vec<(usize, &str)> =
            page.split('\n').enumerate().filter(|(_, line)| !line.trim().is_empty()).collect();
        printed += usize::from(!lines.is_empty());
        for (place, line) in lines.iter().take(DEEP) {
            seen.entry((true, same(line))).or_default().push(first + place);
        }
        for (place, line) in lines.iter().skip(DEEP).rev().take(DEEP) {
            seen.entry((false, same(line))).or_default().push(first + place);
        }
        // A page number stands at the very head or foot, on one page too.
        let ends = [lines.first(), lines.last()].into_iter().flatten();
        margins.extend(ends.filter(|(_, line)| numbers(line)).map(|(place, _)| first + place));
        first += page.split('\n').count();
    }
    // Of two pages both have it; the first of many may be a cover.
    let least = AGAIN.min(printed.max(2));
    for places in seen.into_values().filter(|places| places.len() >= least && places.len() * 2 >= printed) {
        margins.extend(places);
    }
    margins
}

/// Whether a line only counts pages: `3`, `- 3 -`, `Page 3 of 12`, `3 | Page`.
fn numbers(line: &str) -> bool {
    let words = line.to_lowercase();
    let words: Vec<&str> = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let known = |word: &&str| {
        matches!(*word, "page" | "p" | "of") || (word.len() <= 4 && word.chars().all(|c| c.is_ascii_digit()))
    };
    !words.is_empty() && words.len() <= 4 && words.iter().all(known) && line.chars().any(|c| c.is_ascii_digit())
}

/// A line with its numbers taken out: pages count.
fn same(line: &str) -> String {
    line.trim().chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect::<String>().replace("00", "0")
}
