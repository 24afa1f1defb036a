//! Answers a term's figures over the authority's schools, from the very cells the schools' own reports publish.

use chassis::{
    calendar::Term, caller::Caller, clock::timestamp, db::Tx, error::Result, history::Act, suppress::MIN_CELL,
};
use proto::reporting::v1::{AuthorityReport, Cell, GetAuthorityReportRequest, GetAuthorityReportResponse, SchoolRow};
use time::OffsetDateTime;
use tonic::Request;

use super::convert;
use crate::{
    App,
    report::{Published, Tallies, compared, figure, of_term, total},
    store,
};

pub(super) async fn get_authority_report(
    app: &App,
    request: Request<GetAuthorityReportRequest>,
) -> Result<GetAuthorityReportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let mut tx = app.store.begin(&scope).await?;
    let term = convert::term(&request.term_id, tx.now())?;
    let schools = store::schools(&tx).await?;
    let now = counted(&tx, &schools, term).await?;
    let before = counted(&tx, &schools, term.before()).await?;
    tx.record(Act::new("authority_report.read", term.id()));
    let at = tx.now();
    let as_at = timestamp(at);
    tx.commit().await?;
    let (now, before) = (published(&now, term, at), published(&before, term.before(), at));
    let lines = compared()
        .map(|line| convert::line(line, Some(total(line.key, &now)), Some(total(line.key, &before)), &[]))
        .collect();
    let row = |(school, (_, lines)): (&_, &(&Tallies, Vec<Published>))| row(school, lines);
    let report = AuthorityReport {
        term: Some(convert::term_message(term)),
        as_at_time: Some(as_at),
        lines,
        schools: schools.iter().zip(&now).map(row).collect(),
        min_cell: u32::try_from(MIN_CELL).unwrap_or_default(),
    };
    Ok(GetAuthorityReportResponse { report: Some(report) })
}

/// Each school's counts of a term, and the term it is counted from.
async fn counted(tx: &Tx, schools: &[store::SchoolState], term: Term) -> Result<Vec<(Tallies, Option<Term>)>> {
    let mut all = Vec::with_capacity(schools.len());
    for school in schools {
        let tallies = store::tallies(tx, &school.school_id, &term.id()).await?;
        all.push((tallies, store::from(tx, school).await?));
    }
    Ok(all)
}

fn published(counted: &[(Tallies, Option<Term>)], term: Term, now: OffsetDateTime) -> Vec<(&Tallies, Vec<Published>)> {
    counted.iter().map(|(tallies, from)| (tallies, of_term(term, *from, now, tallies))).collect()
}

fn row(school: &store::SchoolState, lines: &[Published]) -> SchoolRow {
    let cell = |line: &crate::line::Line| Cell {
        key: line.key.to_owned(),
        figure: Some(convert::figure(figure(line.key, lines))),
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
