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
    if pages.len() < AGAIN {
        return margins;
    }
    let mut seen: HashMap<(bool, String), Vec<usize>> = HashMap::new();
    let mut first = 0;
    for page in &pages {
        let lines: Vec<(usize, &str)> =
            page.split('\n').enumerate().filter(|(_, line)| !line.trim().is_empty()).collect();
        for (place, line) in lines.iter().take(DEEP) {
            seen.entry((true, same(line))).or_default().push(first + place);
        }
        for (place, line) in lines.iter().skip(DEEP).rev().take(DEEP) {
            seen.entry((false, same(line))).or_default().push(first + place);
        }
        first += page.split('\n').count();
    }
    for places in seen.into_values().filter(|places| places.len() >= AGAIN && places.len() * 2 >= pages.len()) {
        margins.extend(places);
    }
    margins
}

/// A line with its numbers taken out: pages count.
fn same(line: &str) -> String {
    line.trim().chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect::<String>().replace("00", "0")
}
