//! Finds the contents list: its lines, its entries, and an entry that runs over two lines.

use std::ops::Range;

use super::{Entry, headings::split_number, plain};

/// The most entries of a contents list.
const MOST: usize = 300;

/// The longest rest of an entry that runs over two lines.
const LONGEST_REST: usize = 80;

/// The contents list of a document.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Its lines, from 0; empty where there is none.
    pub range: Range<usize>,
    pub entries: Vec<Entry>,
}

/// Finds the list that begins with a line “Contents”.
pub(super) fn find(lines: &[String]) -> Contents {
    let title = |line: &String| {
        let plain = plain(line.trim_start_matches('#'));
        matches!(plain.as_str(), "contents" | "table of contents" | "contents page")
    };
    let Some(start) = lines.iter().position(title) else { return Contents::default() };
    let said = |from: usize| lines.iter().enumerate().skip(from).filter(|(_, line)| !line.trim().is_empty());
    let Some(read) = pages_read(said(start + 1).map(|(_, line)| line.as_str())) else {
        return unpaged(start, said(start + 1));
    };
    let mut entries: Vec<Entry> = Vec::new();
    let mut end = start + 1;
    for (place, line) in said(start + 1) {
        if entries.len() == MOST {
            break;
        }
        // The rest of an entry that was too long, on a line of its own, or what stands over the column of pages: the
        // list goes on behind it.
        let rest = || {
            let next = said(place + 1).next().is_some_and(|(_, next)| read(next).is_some());
            let short = line.trim().chars().count() <= LONGEST_REST && !line.trim().ends_with('.');
            (next && short).then(|| (line.trim().to_owned(), None))
        };
        let Some((text, number)) = read(line).or_else(rest) else { break };
        end = place + 1;
        push(&mut entries, place, &text, number.is_some());
    }
    Contents { range: start..end, entries }
}

/// A list that names no pages.
fn unpaged<'a>(start: usize, said: impl Iterator<Item = (usize, &'a String)>) -> Contents {
    let mut entries: Vec<Entry> = Vec::new();
    let mut end = start + 1;
    for (place, line) in said.take(MOST) {
        let text = line.trim().trim_start_matches(['-', '*', '•']).trim();
        let (_, words) = split_number(text);
        // The first heading of the body repeats the first entry; a list never runs past what could be a title.
        let repeats = entries.iter().any(|entry| plain(&entry.title) == plain(words));
        if repeats || line.starts_with('#') || text.chars().count() > 120 {
            break;
        }
        end = place + 1;
        push(&mut entries, place, text, true);
    }
    Contents { range: start..end, entries }
}

/// Takes a line apart into an entry's text and its page.
type Reading = fn(&str) -> Option<(String, Option<u32>)>;

/// How a list says its pages, where it does: set apart, or (in a copy that kept no tabs) as a number at the end of each line.
fn pages_read<'a>(lines: impl Iterator<Item = &'a str> + Clone) -> Option<Reading> {
    let first = |many: usize, read: Reading| {
        lines.clone().take(many).filter_map(read).map(|(_, page)| page).collect::<Vec<_>>()
    };
    if first(3, page).len() >= 2 {
        return Some(page);
    }
    let bare = first(6, bare_page);
    (bare.len() >= 4 && bare.is_sorted()).then_some(bare_page)
}

fn push(entries: &mut Vec<Entry>, place: usize, text: &str, numbered_page: bool) {
    let (number, title) = split_number(text);
    match entries.last_mut() {
        // “… Record Learners 18” and, on the next line, “Progress”: one entry that was too long.
        Some(last) if !numbered_page && number.is_none() && last.number.is_some() => {
            last.title = format!("{} {}", last.title, title.trim());
            last.wrapped = true;
        }
        _ if !numbered_page => {}
        _ => entries.push(Entry {
            line: u32::try_from(place + 1).unwrap_or(u32::MAX),
            number,
            title: title.trim().to_owned(),
            wrapped: false,
        }),
    }
}

/// The text and page of a line such as `4.1 Boats<tab>7` or `Boats ..... 7`.
fn page(line: &str) -> Option<(String, Option<u32>)> {
    if let Some((text, rest)) = line.rsplit_once('\t') {
        return Some((text.trim().to_owned(), rest.trim().parse().ok()));
    }
    let line = line.trim_end();
    let digits = line.chars().rev().take_while(char::is_ascii_digit).count();
    let (text, page) = line.split_at(line.len() - digits);
    let leader = text.ends_with("  ") || text.trim_end().ends_with("..");
    (digits > 0 && leader).then(|| (text.trim_end_matches(['.', ' ', '…']).trim().to_owned(), page.parse().ok()))
}

/// The text and page of a line such as `4.1 Boats 7`, whose leader was lost.
fn bare_page(line: &str) -> Option<(String, Option<u32>)> {
    let (text, digits) = line.trim_end().rsplit_once(' ')?;
    let page = digits.parse().ok().filter(|page| (1..1000).contains(page))?;
    Some((text.trim().to_owned(), Some(page)))
}
