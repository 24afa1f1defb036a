//! A term's report as the figures are now, or were known at a past day: three terms as they are printed, in sections, and
//! whether what happened is as was to be expected from the terms before.

use std::collections::BTreeMap;

use chassis::{
    calendar::{Term, end_of_day},
    clock::london,
    db::Tx,
    error::Result,
    suppress::Figure,
};
use time::{Date, Duration};

use super::printed::{lines_of_school, of_school};
use crate::{
    disclosure::min_cell,
    expect::{Counted, Days, Expectation, TERMS, exposure, judge},
    fact::date,
    governor::{
        LAYOUT, Report,
        bridge::{Terms, measured},
        notes::{Feeds, notes},
        sections::arrange,
    },
    measure::Line,
    report::{Published, by_chance},
    store::{self, state::SchoolState},
};

/// The draft of a term.
///
/// # Errors
/// `Missing` where there is no such school.
pub(super) async fn draft(tx: &mut Tx, school: &str, term: Term, as_at: Option<Date>) -> Result<Report> {
    // Whoever asks about a school there is not is told so before anything is counted.
    let state = store::state::school(tx, school).await?;
    let asked = [term, term.before(), Term { year: term.year - 1, ..term }].map(|term| (term, as_at));
    let mut printed = of_school(tx, school, &asked).await?.into_iter();
    let mut next = || printed.next().unwrap_or_default();
    let (now, before, year_before) = (next(), next(), next());
    let mut known = vec![(term.before(), before), (Term { year: term.year - 1, ..term }, year_before)];
    let day = as_at.unwrap_or_else(|| london(tx.now()).date());
    let expected = expected(tx, &state, ((term, now.as_slice()), day, as_at), &mut known).await?;
    let mut known = known.into_iter().map(|(_, printed)| printed);
    let (before, year_before) = (known.next().unwrap_or_default(), known.next().unwrap_or_default());
    let terms = Terms { now, before, year_before, over: term.end() <= tx.now(), expected };
    // Of a term that is over, how it stood at its end.
    let until = as_at.map_or_else(|| tx.now(), end_of_day).min(term.end() - Duration::SECOND);
    let policy = store::log::policy(tx, school, until).await?;
    let last = state.last_feed_us.and_then(store::moment).map(|at| london(at).date());
    let feeds = Feeds { last, silent: state.silent_feeds };
    let feeds = (as_at.is_none() && !terms.over).then_some(feeds);
    let last = london(until).date();
    let after = last.next_day().unwrap_or(last);
    let reviews = store::cell::days(tx, (school, "filter_review"), after, as_at).await?;
    let reviewed = reviews.first().and_then(|(day, _)| date(day));
    let notes = notes(policy.as_ref(), feeds, reviewed, (last, terms.over));
    Ok(Report {
        layout: LAYOUT,
        school_id: school.to_owned(),
        term_id: term.id(),
        as_at: day.to_string(),
        min_cell: min_cell(),
        sections: arrange(measured(&terms), terms.over, &notes),
        signature: None,
    })
}

/// A term with its lines as they are printed.
type Printed = (Term, Vec<Published>);

/// What is said of the lines that chance bears on. `known` are the terms before that are printed already; the others are added.
async fn expected(
    tx: &mut Tx,
    state: &SchoolState,
    ((term, now), day, as_at): ((Term, &[Published]), Date, Option<Date>),
    known: &mut Vec<Printed>,
) -> Result<BTreeMap<&'static str, Expectation>> {
    let lines: Vec<_> = by_chance().collect();
    let since = state.known_us.and_then(store::moment);
    let closed = store::closed::closed(tx, Some(&state.school_id), as_at).await?.remove(&state.school_id);
    let closed = closed.unwrap_or_default();
    let before = std::iter::successors(Some(term.before()), |term| Some(term.before())).take(TERMS);
    // What was before the school was there has nothing to say.
    let before: Vec<Term> = before.filter(|term| since.is_some_and(|since| since < term.end())).collect();
    let others: Vec<Term> =
        before.iter().copied().filter(|term| known.iter().all(|(other, _)| other != term)).collect();
    let asked: Vec<_> = others.iter().map(|term| (*term, as_at)).collect();
    let printed =
        if asked.is_empty() { Vec::new() } else { lines_of_school(tx, &state.school_id, &asked, &lines).await? };
    known.extend(others.into_iter().zip(printed));
    let counted = |term: Term, printed: &[Published], of: &Line| {
        let line = printed.iter().find(|printed| printed.line.key == of.key);
        let figure = line.and_then(|line| line.figure).unwrap_or(Figure::NoData);
        // A figure that waits is of the days until its own.
        let last = line.and_then(|line| line.held).unwrap_or(day);
        let known = state.counts_since(of.measure);
        let days = known.map_or(0, |_| exposure(term, Days { known, closed: &closed }, last));
        Counted { figure, days }
    };
    let said = |of: &'static Line| {
        // Those that were over before the school was there have no school days: it is said that they are left out.
        let earlier = known.iter().filter(|_| since.is_some());
        let earlier: Vec<Counted> = earlier.map(|(term, printed)| counted(*term, printed, of)).collect();
        (of.key.as_str(), judge(counted(term, now, of), &earlier))
    };
    Ok(lines.iter().copied().map(said).collect())
}
