//! Answers a term's figures over the authority's schools, from the very cells the schools' own reports publish.

use chassis::{calendar::Term, caller::Caller, clock::timestamp, error::Result, history::Act, suppress::Figure};
use proto::reporting::v1::{AuthorityReport, Cell, GetAuthorityReportRequest, GetAuthorityReportResponse, SchoolRow};
use tonic::Request;

use super::{
    convert::{self, Figures},
    kept::{Printed, of_all},
};
use crate::{
    App,
    disclosure::{Published, min_cell},
    store::{self, state::SchoolState},
};

pub(super) async fn get_authority_report(
    app: &App,
    request: Request<GetAuthorityReportRequest>,
) -> Result<GetAuthorityReportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let mut tx = app.store.begin(&scope).await?;
    let term = convert::governor::begun(&request.term_id, tx.now())?;
    let as_at = convert::as_at(&request.as_at_date)?;
    let schools = store::state::schools(&tx).await?;
    let mut asked = vec![(term, as_at), (term.before(), as_at)];
    asked.extend(as_at.map(|_| (term, None)));
    let mut printed = of_all(&mut tx, &app.kept, &schools, &asked).await?.into_iter();
    let (now, before) = (printed.next().unwrap_or_default(), printed.next().unwrap_or_default());
    let known = printed.next();
    let (progress, waiting) = (store::log::progress(&tx).await?, store::log::waiting(&tx).await?);
    tx.record(Act::new("authority_report.read", term.id()).detail("as_at", convert::day(as_at)));
    let at = convert::moment_of(as_at, tx.now());
    tx.commit().await?;
    let total = |printed: &[Printed], n: usize| {
        printed.get(n).map_or((None, None), |(_, printed)| (Some(printed.total), printed.total_held))
    };
    let line = |(n, (line, printed)): (usize, &Printed)| {
        let (before, before_held) = total(&before, n);
        let (known, waits) = known.as_ref().map_or((None, None), |known| total(known, n));
        let figures = Figures {
            now: Some(printed.total),
            before,
            known,
            waits: waits.is_some(),
            held: printed.total_held,
            before_held,
            ..Figures::default()
        };
        convert::line(line, figures)
    };
    // As at a past day, a school of which nothing was known by then is no row.
    let there = |(_, school): &(usize, &SchoolState)| {
        as_at.is_none() || school.known_us.and_then(store::moment).is_some_and(|known| known <= at)
    };
    let report = AuthorityReport {
        term: Some(convert::term_message(term)),
        as_at_time: Some(timestamp(at)),
        lines: now.iter().enumerate().map(line).collect(),
        schools: schools.iter().enumerate().filter(there).map(|(n, school)| row(n, school, &now)).collect(),
        min_cell: u32::try_from(min_cell()).unwrap_or_default(),
        as_at_date: convert::day(as_at),
        figures_as_of_time: progress.newest.map(timestamp),
        events_waiting: waiting,
        counting_anew: progress.outdated(),
        first_term_id: convert::first_term(&schools).map(Term::id).unwrap_or_default(),
    };
    Ok(GetAuthorityReportResponse { report: Some(report) })
}

/// A school's figures, those its own report prints. It is looked for at its own place first: schools stand in one order everywhere.
fn row(n: usize, school: &SchoolState, lines: &[Printed]) -> SchoolRow {
    let figure = |printed: &Published| {
        let own = printed.rows.get(n).is_some_and(|row| *row == school.school_id).then_some(n);
        let row = own.or_else(|| printed.rows.iter().position(|row| *row == school.school_id));
        let of = row.and_then(|row| Some((*printed.cells.get(row)?.first()?, *printed.held.get(row)?.first()?)));
        of.unwrap_or((Figure::Hidden, None))
    };
    let cell = |(line, printed): &Printed| {
        let (of, held) = figure(printed);
        Cell { key: line.key.clone(), figure: Some(convert::figure(of)), held_date: convert::day(held) }
    };
    SchoolRow {
        school_id: school.school_id.clone(),
        cells: lines.iter().map(cell).collect(),
        review_due_time: school.review_due_us.and_then(store::moment).map(timestamp),
        error_findings: u32::try_from(school.error_findings).unwrap_or(u32::MAX),
        silent_feeds: u32::try_from(school.silent_feeds).unwrap_or(u32::MAX),
        last_feed_time: school.last_feed_us.and_then(store::moment).map(timestamp),
    }
}
