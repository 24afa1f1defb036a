//! The lines of the report from what is published of a school's three terms. This is the one way in: what comes through
//! has been through disclosure control, and nothing here counts.

use std::collections::BTreeSet;

use chassis::suppress::Figure;

use super::{Cell, Code, Figures, Line, Part, sections::Measured};
use crate::{measure, report::Published};

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
    let by = now.line.by.as_deref().unwrap_or_default();
    let named = [now, before, year].into_iter().flat_map(|published| &published.parts);
    let keys: BTreeSet<(usize, &str)> = named.map(|(key, _)| measure::place(by, key)).collect();
    let parts = keys.into_iter().map(|(_, key)| Part {
        key: key.to_owned(),
        title: sentence(&measure::value_title(by, key)),
        figures: Figures {
            now: part(now, &terms.now, key),
            before: part(before, &terms.before, key),
            year_before: part(year, &terms.year_before, key),
        },
    });
    let line = Line {
        key: now.line.key.clone(),
        title: now.line.title.clone(),
        definition: now.line.definition.clone(),
        owner: owner(&now.line.measure.owner),
        measure_version: now.line.measure.version,
        figures: Figures { now: whole(now), before: whole(before), year_before: whole(year) },
        parts: parts.collect(),
        changes: Vec::new(),
        requirements: now.line.requirements.clone(),
    };
    Measured { line, breaks_down: now.line.breakdown_of().is_some() }
}

/// Who answers for a definition, for a person.
fn owner(role: &str) -> String {
    match role {
        "dsl" => "Designated safeguarding lead".to_owned(),
        "head" => "Head".to_owned(),
        "it" => "Technician".to_owned(),
        other => sentence(other),
    }
}

/// With a capital letter.
fn sentence(phrase: &str) -> String {
    let mut letters = phrase.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}

fn cell(figure: Figure) -> Cell {
    match figure {
        Figure::Count(count) => Cell::Count(count),
        Figure::Hidden => Cell::Code(Code::Hidden),
        Figure::NotApplicable => Cell::Code(Code::NotApplicable),
        Figure::NoData => Cell::Code(Code::NoData),
        Figure::Low => Cell::Code(Code::Low),
    }
}

/// What is published of a part in a term. One that is not named there is nothing where others are, or where the whole is
/// nothing; of a whole that is hidden or was not counted, and where no part is named at all, no part is known.
fn part(published: &Published, term: &[Published], key: &str) -> Cell {
    if let Some((_, figure)) = published.parts.iter().find(|(part, _)| part == key) {
        return cell(*figure);
    }
    let sorted = published.line.sorts().and_then(|of| term.iter().find(|other| other.line.key == of));
    match sorted.unwrap_or(published).figure {
        Some(Figure::Count(0)) => Cell::Count(0),
        Some(Figure::Count(_)) if published.parts.is_empty() => Cell::Code(Code::Hidden),
        Some(Figure::Count(_)) => Cell::Count(0),
        Some(other) => cell(other),
        None => Cell::Code(Code::NotApplicable),
    }
}
