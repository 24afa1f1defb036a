//! A term's report as the figures are now, or were known at a past day: three terms as they are published, in sections.

use chassis::{calendar::Term, clock::london, db::Tx, error::Result, suppress::MIN_CELL};
use time::Date;

use super::convert::moment_of;
use crate::{
    governor::{
        LAYOUT, Report,
        bridge::{Terms, measured},
        sections::arrange,
    },
    measure::lines,
    report::{of_term, questions, tallies},
    store,
    table::{Schools, counts},
};

/// The draft of a term.
///
/// # Errors
/// `Missing` where there is no such school.
pub(super) async fn draft(tx: &Tx, school: &str, term: Term, as_at: Option<Date>) -> Result<Report> {
    let from = store::state::school(tx, school).await?.first_term();
    let schools = Schools::One(school.to_owned());
    let terms = [term, term.before(), Term { year: term.year - 1, ..term }];
    let asked = terms.iter().flat_map(|term| questions(&schools, *term, as_at)).collect();
    let counted = counts(tx, asked).await?;
    let at = moment_of(as_at, tx.now());
    let mut published = counted.chunks(lines().len().max(1)).zip(terms).map(|(counted, term)| {
        let counts = tallies(counted).remove(school).unwrap_or_default();
        of_term(term, from, at, &counts)
    });
    let mut next = || published.next().unwrap_or_default();
    let terms = Terms { now: next(), before: next(), year_before: next() };
    Ok(Report {
        layout: LAYOUT,
        school_id: school.to_owned(),
        term_id: term.id(),
        as_at: as_at.unwrap_or_else(|| london(tx.now()).date()).to_string(),
        min_cell: MIN_CELL,
        sections: arrange(measured(&terms)),
    })
}
