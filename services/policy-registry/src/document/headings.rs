//! Tells a heading from a sentence: numbered, marked as Markdown, named by the contents list, or alone and titled.

use super::{contents::Contents, plain};

/// The longest heading, in characters.
const LONGEST: usize = 140;
/// The longest heading that carries neither number nor mark, in characters.
const LONGEST_BARE: usize = 80;

/// A heading's number and title.
pub(super) struct Heading {
    pub number: Option<String>,
    pub title: String,
}

/// Splits `4.1. Boats` into its number and title.
pub(super) fn split_number(text: &str) -> (Option<String>, &str) {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let number = number.trim_end_matches('.');
    let parts = number.split('.');
    let well_formed = parts.clone().count() <= 4 && parts.clone().all(|p| (1..=2).contains(&p.len()));
    let spaced = rest.starts_with([' ', '\t', ')']);
    if well_formed && spaced {
        (Some(number.to_owned()), rest.trim_start_matches(')').trim_start())
    } else {
        (None, text)
    }
}

/// The room around a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Nothing touches it above.
    pub above: bool,
    /// Nothing touches it below.
    pub below: bool,
    /// A list begins below it, and it goes on with nothing above: its first word would have fitted there.
    pub over_list: bool,
}

/// The heading a line is, where it is one.
pub(super) fn heading(line: &str, room: Room, contents: &Contents) -> Option<Heading> {
    let alone = room.above && room.below;
    let trimmed = line.trim();
    if trimmed.is_empty() || trimmed.chars().count() > LONGEST {
        return None;
    }
    if let Some(marked) = trimmed.strip_prefix('#') {
        let title = marked.trim_start_matches('#');
        let (number, title) = split_number(title.strip_prefix(' ')?);
        return Some(Heading { number, title: unmark(title) }).filter(|heading| !heading.title.is_empty());
    }
    let named = |title: &str| contents.entries.iter().any(|entry| plain(&entry.title) == plain(title));
    // Without white space around it a line must carry a number to be a heading: word processors leave none on export. One
    // that begins a block and is in the contents list needs none.
    let stands_out = alone || split_number(trimmed).0.is_some() || room.over_list || (room.above && named(trimmed));
    if !stands_out {
        return None;
    }
    let bullet = trimmed.starts_with(['•', '-', '*', '▪', '◦']) && !trimmed.starts_with("**");
    let bare = if bullet { trimmed.trim_start_matches(['•', '-', '*', '▪', '◦']) } else { trimmed };
    let bare = unmark(bare.trim());
    let (number, title) = split_number(&bare);
    if !title.is_empty() && named(title) {
        return Some(Heading { number, title: title.to_owned() });
    }
    if bullet {
        return None;
    }
    let capital = title.starts_with(|c: char| c.is_uppercase());
    let sentence = title.ends_with(['.', ';', ',', '?', '!']);
    let heading = match &number {
        Some(_) => capital && !sentence && (alone || title.chars().count() <= LONGEST_BARE),
        None => capital && !sentence && !title.ends_with(':') && !title.contains('\t') && titled(title),
    };
    heading.then(|| Heading { number, title: title.to_owned() })
}

/// Short, and its longer words begin with capitals.
fn titled(title: &str) -> bool {
    const SMALL: usize = 3;
    let words = title.split_whitespace().map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()));
    let long: Vec<&str> = words.filter(|word| word.chars().count() > SMALL).collect();
    let capitals = long.iter().filter(|word| word.starts_with(|c: char| c.is_uppercase())).count();
    title.chars().count() <= LONGEST_BARE
        && !title.contains(['@', '\\', '<'])
        && !title.contains("://")
        && capitals * 2 > long.len()
        || (long.is_empty() && title.chars().count() <= 12 && title.chars().all(|c| c.is_uppercase() || c == ' '))
}

/// Takes marks of emphasis off.
pub(super) fn unmark(text: &str) -> String {
    text.replace("**", "").replace("__", "").trim_matches('*').trim().to_owned()
}
