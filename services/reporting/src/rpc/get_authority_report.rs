//! Answers a term's figures over the authority's schools, from the very cells the schools' own reports publish.

use std::collections::BTreeMap;

use chassis::{calendar::Term, caller::Caller, clock::timestamp, error::Result, history::Act, suppress::MIN_CELL};
use proto::reporting::v1::{AuthorityReport, Cell, GetAuthorityReportRequest, GetAuthorityReportResponse, SchoolRow};
use time::OffsetDateTime;
use tonic::Request;

use super::{
    convert::{self, Figures},
    terms::{Terms, of},
};
use crate::{
    App,
    report::{Published, Tallies, compared, figure, of_term, total},
    store::{self, state::SchoolState},
    table::Schools,
};

pub(super) async fn get_authority_report(
    app: &App,
    request: Request<GetAuthorityReportRequest>,
) -> Result<GetAuthorityReportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let mut tx = app.store.begin(&scope).await?;
    let term = convert::term(&request.term_id, tx.now())?;
    let as_at = convert::as_at(&request.as_at_date)?;
    let schools = store::state::schools(&tx).await?;
    let counts = Terms::count(&tx, &Schools::All, term, as_at).await?;
    let (progress, waiting) = (store::log::progress(&tx).await?, store::log::waiting(&tx).await?);
    tx.record(Act::new("authority_report.read", term.id()).detail("as_at", convert::day(as_at)));
    let (present, at) = (tx.now(), convert::moment_of(as_at, tx.now()));
    tx.commit().await?;
    let (now, before) = (by_school(&schools, &counts.now), by_school(&schools, &counts.before));
    let known = counts.known.map(|known| by_school(&schools, &known));
    let (now, before) = (published(&now, &schools, term, at), published(&before, &schools, term.before(), at));
    let known = known.as_ref().map(|known| published(known, &schools, term, present));
    let line = |line: &'static crate::measure::Line| {
        let figures = Figures {
            now: Some(total(&line.key, &now)),
            before: Some(total(&line.key, &before)),
            known: known.as_ref().map(|known| total(&line.key, known)),
            parts: &[],
        };
        convert::line(line, figures)
    };
    let report = AuthorityReport {
        term: Some(convert::term_message(term)),
        as_at_time: Some(timestamp(at)),
        lines: compared().map(line).collect(),
        schools: schools.iter().zip(&now).map(|(school, (_, lines))| row(school, lines)).collect(),
        min_cell: u32::try_from(MIN_CELL).unwrap_or_default(),
        as_at_date: convert::day(as_at),
        figures_as_of_time: progress.newest.map(timestamp),
        events_waiting: waiting,
    };
    Ok(GetAuthorityReportResponse { report: Some(report) })
}

/// The counts of every school, in the schools' order.
fn by_school(schools: &[SchoolState], counts: &BTreeMap<String, Tallies>) -> Vec<Tallies> {
    schools.iter().map(|school| of(counts, &school.school_id)).collect()
}

/// These counts, each with what the school's own report publishes.
fn published<'a>(
    counts: &'a [Tallies],
    schools: &[SchoolState],
    term: Term,
    now: OffsetDateTime,
) -> Vec<(&'a Tallies, Vec<Published>)> {
    let of =
        |(tallies, school): (&'a Tallies, &SchoolState)| (tallies, of_term(term, school.first_term(), now, tallies));
    counts.iter().zip(schools).map(of).collect()
}

fn row(school: &SchoolState, lines: &[Published]) -> SchoolRow {
    let cell = |line: &crate::measure::Line| Cell {
        key: line.key.clone(),
        figure: Some(convert::figure(figure(&line.key, lines))),
    };
    SchoolRow {
        school_id: school.school_id.clone(),
        cells: compared().map(cell).collect(),
        review_due_time: school.review_due_us.and_then(store::moment).map(timestamp),
        error_findings: u32::try_from(school.error_findings).unwrap_or(u32::MAX),
        silent_feeds: u32::try_from(school.silent_feeds).unwrap_or(u32::MAX),
        last_feed_time: school.last_feed_us.and_then(store::moment).map(timestamp),
    }
}
