//! A term's report as the figures are now, or were known at a past day: three terms as they are printed, in sections.

use chassis::{calendar::Term, clock::london, db::Tx, error::Result};
use time::Date;

use super::printed::of_school;
use crate::{
    disclosure::min_cell,
    governor::{
        LAYOUT, Report,
        bridge::{Terms, measured},
        sections::arrange,
    },
    store,
};

/// The draft of a term.
///
/// # Errors
/// `Missing` where there is no such school.
pub(super) async fn draft(tx: &mut Tx, school: &str, term: Term, as_at: Option<Date>) -> Result<Report> {
    // Whoever asks about a school there is not is told so before anything is counted.
    store::state::school(tx, school).await?;
    let asked = [term, term.before(), Term { year: term.year - 1, ..term }].map(|term| (term, as_at));
    let mut printed = of_school(tx, school, &asked).await?.into_iter();
    let mut next = || printed.next().unwrap_or_default();
    let terms = Terms { now: next(), before: next(), year_before: next() };
    Ok(Report {
        layout: LAYOUT,
        school_id: school.to_owned(),
        term_id: term.id(),
        as_at: as_at.unwrap_or_else(|| london(tx.now()).date()).to_string(),
        min_cell: min_cell(),
        sections: arrange(measured(&terms)),
    })
}
