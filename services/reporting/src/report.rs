//! A term's figures as a report shows them: of one school, and over the authority's schools. What is shown is what disclosure
//! control printed, and nothing else gets here.

use std::collections::BTreeMap;

use chassis::{calendar::Term, suppress::Figure};
use time::Date;

use crate::{
    disclosure,
    measure::{Line, lines},
    table::{Axis, Question, Schools},
};

/// A line as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// What it counts.
    pub line: &'static Line,
    /// Its figure; none for parts that add up to nothing printed.
    pub figure: Option<Figure>,
    /// The day that is of, where it waits.
    pub held: Option<Date>,
    /// Its parts.
    pub parts: Vec<(String, Figure)>,
    /// The earliest day they are of, where any of them waits.
    pub parts_held: Option<Date>,
}

/// What is asked for a line of a term's report: a row for each school.
pub fn question(line: &'static Line, schools: Schools, (term, as_at): (Term, Option<Date>)) -> Question {
    Question {
        measure: line.measure,
        schools,
        from: term.start().date(),
        to: term.end().date(),
        as_at,
        rows: Some(Axis::School),
        columns: line.by.clone().map(Axis::Dimension),
        only: BTreeMap::new(),
    }
}

/// A line of one school as it was printed.
pub fn shown(line: &'static Line, printed: &disclosure::Published) -> Published {
    let cells = printed.cells.first().map(Vec::as_slice).unwrap_or_default();
    let days = printed.held.first().map(Vec::as_slice).unwrap_or_default();
    let alone = cells.first().copied().unwrap_or(Figure::Hidden);
    let (held, parts_held) = match &line.by {
        None => (days.first().copied().flatten(), None),
        Some(_) => (printed.total_held, days.iter().copied().flatten().min()),
    };
    let (figure, parts) = match &line.by {
        None => (Some(alone), Vec::new()),
        Some(_) => {
            let total = printed.row_totals.first().copied().unwrap_or(Figure::Hidden);
            let parts = printed.columns.iter().cloned().zip(cells.iter().copied()).collect();
            (line.sorts().is_none().then_some(total), parts)
        }
    };
    Published { line, figure, held, parts, parts_held }
}

/// By how many a figure of a past day differs from what is known now, and whether it is fewer now: the difference of two figures
/// that are both printed tells nothing new. Where the figure of now waits, something came since, and how much is hidden.
pub fn since(then: Figure, now: Figure, waits: bool) -> Option<(Figure, bool)> {
    match (then, now) {
        (Figure::Count(_), Figure::Count(_)) if waits => Some((Figure::Hidden, false)),
        (Figure::Count(then), Figure::Count(now)) => Some((Figure::Count(then.abs_diff(now)), now < then)),
        // Of a figure that is hidden nothing is told, not even that it stands.
        (Figure::Hidden, _) | (_, Figure::Hidden) => Some((Figure::Hidden, false)),
        _ => None,
    }
}

/// The lines whose terms are compared with those before.
pub fn by_chance() -> impl Iterator<Item = &'static Line> {
    compared().filter(|line| line.measure.by_chance)
}

/// The lines the authority compares schools by: those with a figure of their own. A part of what another line counts is mostly hidden, and
/// comes when a term is over: nothing could be said of it beside others.
pub fn compared() -> impl Iterator<Item = &'static Line> {
    lines().iter().filter(|line| line.by.is_none() && !line.is_part())
}
