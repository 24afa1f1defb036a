//! A term's figures as a report shows them: of one school, and over the authority's schools. What is shown is what disclosure
//! control printed, and nothing else gets here.

use std::collections::BTreeMap;

use chassis::{calendar::Term, db::Tx, error::Result, suppress::Figure};
use time::Date;

use crate::{
    disclosure::{self, Audience, disclose},
    measure::{Line, lines},
    table::{Axis, Question, Schools, counts},
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

fn question(line: &'static Line, schools: Schools, (term, as_at): (Term, Option<Date>)) -> Question {
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

/// To whom figures are printed in a transaction, as the memory of what was printed names them.
fn audience(tx: &Tx, school: &str) -> Audience {
    let to = if tx.scope().authority() { "authority".to_owned() } else { format!("school:{school}") };
    Audience { to }
}

/// A school's terms, each as it is known now or was known at the end of a day: judged together, and in this order.
pub(crate) async fn of_school(
    tx: &mut Tx,
    school: &str,
    terms: &[(Term, Option<Date>)],
) -> Result<Vec<Vec<Published>>> {
    let one = || Schools::One(school.to_owned());
    let asked = terms.iter().flat_map(|term| lines().iter().map(|line| question(line, one(), *term))).collect();
    let counted = counts(tx, asked).await?;
    let printed = disclose(tx, &audience(tx, school), &counted).await?;
    let reports = printed.chunks(lines().len().max(1));
    Ok(reports.map(|report| lines().iter().zip(report).map(|(line, printed)| shown(line, printed)).collect()).collect())
}

/// A line of one school as it was printed.
fn shown(line: &'static Line, printed: &disclosure::Published) -> Published {
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

/// All schools' terms: of each line that has a figure of its own, a row for each school and the figure over all of them.
pub(crate) async fn of_all(
    tx: &mut Tx,
    terms: &[(Term, Option<Date>)],
) -> Result<Vec<Vec<(&'static Line, disclosure::Published)>>> {
    let asked = terms.iter().flat_map(|term| compared().map(|line| question(line, Schools::All, *term))).collect();
    let counted = counts(tx, asked).await?;
    let printed = disclose(tx, &audience(tx, ""), &counted).await?;
    let mut printed = printed.into_iter();
    Ok(terms.iter().map(|_| compared().zip(printed.by_ref().take(compared().count())).collect()).collect())
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

/// The lines the authority compares schools by: those with a figure of their own.
pub fn compared() -> impl Iterator<Item = &'static Line> {
    lines().iter().filter(|line| line.by.is_none())
}
