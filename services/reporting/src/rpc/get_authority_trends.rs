//! Answers a term's figures over the authority's schools beside what was to be expected from the terms before: by the school days
//! of the schools that were there.

use std::collections::BTreeMap;

use chassis::{
    calendar::{ClosedDays, Term},
    caller::Caller,
    clock::{london, timestamp},
    error::Result,
    history::Act,
};
use proto::reporting::v1::{GetAuthorityTrendsRequest, GetAuthorityTrendsResponse, TrendLine};
use time::Date;
use tonic::Request;

use super::{
    convert::{self, governor::expectation},
    printed::lines_of_all,
};
use crate::{
    App,
    disclosure::{Published, min_cell},
    expect::{Counted, Days, METHOD, TERMS, exposure, judge, waits},
    measure::{Line, Measure, Since},
    report::by_chance,
    store::{self, state::SchoolState},
};

pub(super) async fn get_authority_trends(
    app: &App,
    request: Request<GetAuthorityTrendsRequest>,
) -> Result<GetAuthorityTrendsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let mut tx = app.store.begin(&scope).await?;
    let term = convert::governor::begun(&request.term_id, tx.now())?;
    let as_at = convert::as_at(&request.as_at_date)?;
    let schools = store::state::schools(&tx).await?;
    let closed = store::closed::closed(&tx, None, as_at).await?;
    let first = convert::first_term(&schools);
    let before = std::iter::successors(Some(term.before()), |term| Some(term.before())).take(TERMS);
    let before = before.filter(|term| first.is_some_and(|first| first <= *term));
    let asked: Vec<(Term, Option<Date>)> = std::iter::once(term).chain(before).map(|term| (term, as_at)).collect();
    let lines: Vec<&'static Line> = by_chance().collect();
    let printed = lines_of_all(&mut tx, &asked, &lines).await?;
    let newest = store::log::progress(&tx).await?.newest;
    tx.record(Act::new("authority_trends.read", term.id()).detail("as_at", convert::day(as_at)));
    let day = as_at.unwrap_or_else(|| london(tx.now()).date());
    tx.commit().await?;
    // Most figures are of the same day: the days of all schools are counted once for each.
    let mut exposures: BTreeMap<Exposed, u32> = BTreeMap::new();
    let exposed = |term: Term, published: &Published| {
        let since = published.question.measure.known_since.as_ref().map(|since| since.begins);
        (term, published.total_held.unwrap_or(day), since)
    };
    for ((term, _), printed) in asked.iter().zip(&printed) {
        for (line, published) in printed {
            let (_, last, _) = exposed(*term, published);
            let of_all = || days(&schools, &closed, (*term, last), line.measure);
            exposures.entry(exposed(*term, published)).or_insert_with(of_all);
        }
    }
    let counted = |term: Term, published: &Published| {
        let days = exposures.get(&exposed(term, published)).copied().unwrap_or_default();
        Counted { figure: published.total, days }
    };
    let line = |(n, line): (usize, &&'static Line)| {
        let mut terms = asked.iter().zip(&printed).filter_map(|((term, _), printed)| {
            printed.get(n).map(|(_, published)| (counted(*term, published), published.total_held))
        });
        let (now, held) = terms.next()?;
        let earlier: Vec<Counted> = terms.map(|(counted, _)| counted).collect();
        let said = if held.is_some() { waits(now.days) } else { judge(now, &earlier) };
        Some(TrendLine {
            key: line.key.clone(),
            title: line.title.clone(),
            figure: Some(convert::figure(now.figure)),
            held_date: convert::day(held),
            expectation: Some(expectation(&said)),
            definition: line.definition.clone(),
            owner: line.measure.owner.clone(),
            measure_version: line.measure.version,
            events: line.measure.events.clone(),
        })
    };
    Ok(GetAuthorityTrendsResponse {
        term: Some(convert::term_message(term)),
        as_at_date: convert::day(as_at),
        lines: lines.iter().enumerate().filter_map(line).collect(),
        method: METHOD.to_owned(),
        min_cell: u32::try_from(min_cell()).unwrap_or_default(),
        figures_as_of_time: newest.map(timestamp),
    })
}

/// A term until a day, from what a measure is known since.
type Exposed = (Term, Date, Option<Since>);

/// The school days of all schools in a term, until a day, on which a measure could be counted there.
fn days(
    schools: &[SchoolState],
    closed: &BTreeMap<String, ClosedDays>,
    (term, last): (Term, Date),
    measure: &Measure,
) -> u32 {
    let usual = ClosedDays::default();
    let of = |school: &SchoolState| {
        let known = school.counts_since(measure);
        let closed = closed.get(&school.school_id).unwrap_or(&usual);
        if known.is_some() { exposure(term, Days { known, closed }, last) } else { 0 }
    };
    schools.iter().map(of).fold(0, u32::saturating_add)
}
