//! The lines of the report from what is published of a school's three terms. This is the one way in: what comes through
//! has been through disclosure control, and nothing here counts.

use std::collections::BTreeSet;

use chassis::suppress::Figure;

use super::{Cell, Code, Figures, Line, Part, sections::Measured};
use crate::{line::part_title, report::Published};

/// Who answers for the definitions in `line.rs`, and their version.
const OWNER: &str = "Hedgerow";
const VERSION: u32 = 1;

/// Three terms of a school as they are published: the same lines in each.
pub(crate) struct Terms {
    pub now: Vec<Published>,
    pub before: Vec<Published>,
    pub year_before: Vec<Published>,
}

/// Every line, in the order it is published in.
pub(crate) fn measured(terms: &Terms) -> Vec<Measured> {
    let lines = terms.now.iter().zip(&terms.before).zip(&terms.year_before);
    lines.map(|((now, before), year)| line(terms, now, before, year)).collect()
}

fn line(terms: &Terms, now: &Published, before: &Published, year: &Published) -> Measured {
    let whole = |published: &Published| published.figure.map_or(Cell::Code(Code::NotApplicable), cell);
    let keys: BTreeSet<(String, u64, &str)> =
        [now, before, year].into_iter().flat_map(|published| &published.parts).map(|(key, _)| place(key)).collect();
    let parts = keys.into_iter().map(|(.., key)| Part {
        key: key.to_owned(),
        title: part_title(key),
        figures: Figures {
            now: part(now, &terms.now, key),
            before: part(before, &terms.before, key),
            year_before: part(year, &terms.year_before, key),
        },
    });
    let line = Line {
        key: now.line.key.to_owned(),
        title: now.line.title.to_owned(),
        definition: now.line.definition.to_owned(),
        owner: OWNER.to_owned(),
        measure_version: VERSION,
        figures: Figures { now: whole(now), before: whole(before), year_before: whole(year) },
        parts: parts.collect(),
        changes: Vec::new(),
        requirements: now.line.requirements.iter().map(|id| (*id).to_owned()).collect(),
    };
    Measured { line, breaks_down: now.line.breakdown_of.is_some() }
}

fn cell(figure: Figure) -> Cell {
    match figure {
        Figure::Count(count) => Cell::Count(count),
        Figure::Hidden => Cell::Code(Code::Hidden),
        Figure::NoData => Cell::Code(Code::NoData),
    }
}

/// What is published of a part in a term. One that is not named there is nothing where the whole is told; of a whole
/// that is hidden, or was not counted, no part is known.
fn part(published: &Published, term: &[Published], key: &str) -> Cell {
    if let Some((_, figure)) = published.parts.iter().find(|(part, _)| part == key) {
        return cell(*figure);
    }
    let sorted = published.line.sorts.and_then(|of| term.iter().find(|other| other.line.key == of));
    match sorted.unwrap_or(published).figure {
        Some(Figure::Count(_)) => Cell::Count(0),
        Some(other) => cell(other),
        None => Cell::Code(Code::NotApplicable),
    }
}

/// A key by its letters and then by its number, so that `P10` stands behind `P9`.
fn place(key: &str) -> (String, u64, &str) {
    let letters = key.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = key.get(letters.len()..).and_then(|digits| digits.parse().ok()).unwrap_or_default();
    (letters.to_owned(), number, key)
}
