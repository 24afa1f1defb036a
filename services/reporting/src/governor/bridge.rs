//! The lines of the report from what is published of a school's three terms. This is the one way in: what comes through
//! has been through disclosure control, and nothing here counts.

use std::collections::{BTreeMap, BTreeSet};

use chassis::suppress::Figure;
use time::Date;

use super::{Cell, Code, Figures, Held, Line, Part, sections::Measured};
use crate::{expect::Expectation, measure, report::Published};

/// Three terms of a school as they are published: the same lines in each.
pub(crate) struct Terms {
    pub now: Vec<Published>,
    pub before: Vec<Published>,
    pub year_before: Vec<Published>,
    /// Whether the term is over.
    pub over: bool,
    /// What is said of lines beside the terms before, by their keys.
    pub expected: BTreeMap<&'static str, Expectation>,
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
    let parts: Vec<Part> = parts.collect();
    let held = |of: fn(&Published) -> Option<Date>| {
        let [now, before, year_before] =
            [now, before, year].map(|one| of(one).map(|day| day.to_string()).unwrap_or_default());
        Held { now, before, year_before }
    };
    let breakdown = now.line.by.is_some();
    let line = Line {
        key: now.line.key.clone(),
        title: now.line.title.clone(),
        definition: now.line.definition.clone(),
        owner: owner(&now.line.measure.owner),
        measure_version: now.line.measure.version,
        events: now.line.measure.events.clone(),
        figures: Figures { now: whole(now), before: whole(before), year_before: whole(year) },
        coming: match (breakdown, now.parts.is_empty()) {
            (true, true) => coming(terms, now),
            (true, false) => String::new(),
            (false, _) => missing(terms, now),
        },
        held: if breakdown { Held::default() } else { held(|one| one.held) },
        parts_held: held(|one| one.parts_held),
        expectation: terms.expected.get(now.line.key.as_str()).cloned(),
        parts,
        changes: Vec::new(),
        requirements: now.line.requirements.clone(),
        breakdown,
    };
    let (standing, yes_no) = (now.line.measure.standing, now.line.measure.yes_no);
    Measured { line, breaks_down: now.line.breakdown_of().is_some(), standing, yes_no }
}

/// The figure that the parts of a line break down or sort.
fn of_all(published: &Published, term: &[Published]) -> Option<Figure> {
    let sorted = published.line.sorts().and_then(|of| term.iter().find(|other| other.line.key == of));
    sorted.unwrap_or(published).figure
}

/// When the parts of a breakdown come that has none yet, or why there are none. It says nothing that the figure itself does not.
fn coming(terms: &Terms, now: &Published) -> String {
    let said = match of_all(now, &terms.now) {
        Some(Figure::Count(0)) => "There was nothing in the term.",
        Some(Figure::NoData) => "Nothing was counted in the term.",
        _ if terms.over => "No part of it can be shown.",
        _ => {
            "Its parts come when the term is over, or sooner where there are very many: until then, one child more would show in \
             which of them."
        }
    };
    said.to_owned()
}

/// Why there is no figure, or when it comes; empty where it is there, and where the code says it all.
fn missing(terms: &Terms, now: &Published) -> String {
    let measure = now.line.measure;
    match now.figure {
        Some(Figure::NoData) => measure.why_unknown().unwrap_or_default().to_owned(),
        // A part of what another line counts is printed as parts are.
        Some(Figure::Hidden) if now.line.is_part() && !terms.over => {
            "It is told when the term is over, or sooner where there are very many.".to_owned()
        }
        _ => String::new(),
    }
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

pub(crate) fn cell(figure: Figure) -> Cell {
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
    match of_all(published, term) {
        Some(Figure::Count(0)) => Cell::Count(0),
        Some(Figure::Count(_)) if published.parts.is_empty() => Cell::Code(Code::Hidden),
        Some(Figure::Count(_)) => Cell::Count(0),
        Some(other) => cell(other),
        None => Cell::Code(Code::NotApplicable),
    }
}
