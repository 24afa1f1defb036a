//! A term's report as the figures are now: three terms as they are published, in sections.

use chassis::{calendar::Term, clock::london, db::Tx, error::Result, suppress::MIN_CELL};

use crate::{
    governor::{
        LAYOUT, Report,
        bridge::{Terms, measured},
        sections::arrange,
    },
    report::{Published, of_term},
    store,
};

/// The draft of a term.
///
/// # Errors
/// `Missing` where there is no such school.
pub(super) async fn draft(tx: &Tx, school: &str, term: Term) -> Result<Report> {
    let from = store::first_term(tx, school).await?;
    let year_before = Term { year: term.year - 1, ..term };
    let mut terms: Vec<Vec<Published>> = Vec::new();
    for term in [term, term.before(), year_before] {
        let tallies = store::tallies(tx, school, &term.id()).await?;
        terms.push(of_term(term, from, tx.now(), &tallies));
    }
    let mut terms = terms.into_iter();
    let mut next = || terms.next().unwrap_or_default();
    let terms = Terms { now: next(), before: next(), year_before: next() };
    Ok(Report {
        layout: LAYOUT,
        school_id: school.to_owned(),
        term_id: term.id(),
        as_at: london(tx.now()).date().to_string(),
        min_cell: MIN_CELL,
        sections: arrange(measured(&terms)),
    })
}
