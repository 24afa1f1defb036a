//! Answers a term's figures over the authority's schools, from the very cells the schools' own reports publish.

use chassis::{calendar::Term, caller::Caller, clock::timestamp, db::Tx, error::Result, history::Act};
use proto::reporting::v1::{AuthorityReport, Cell, GetAuthorityReportRequest, GetAuthorityReportResponse, SchoolRow};
use tonic::Request;

use super::convert;
use crate::{
    App,
    report::{Published, Tallies, compared, figure, publish, total},
    store,
    suppress::MIN_CELL,
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
    let ids: Vec<&str> = schools.iter().map(|s| s.school_id.as_str()).collect();
    let now = counted(&tx, &ids, term).await?;
    let before = counted(&tx, &ids, term.before()).await?;
    tx.record(Act::new("authority_report.read", term.id()));
    let as_at = timestamp(tx.now());
    tx.commit().await?;
    let (now, before) = (published(&now), published(&before));
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

async fn counted(tx: &Tx, schools: &[&str], term: Term) -> Result<Vec<Tallies>> {
    let mut all = Vec::with_capacity(schools.len());
    for school in schools {
        all.push(store::tallies(tx, school, &term.id()).await?);
    }
    Ok(all)
}

fn published(tallies: &[Tallies]) -> Vec<(&Tallies, Vec<Published>)> {
    tallies.iter().map(|tallies| (tallies, publish(tallies))).collect()
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
        last_feed_time: school.last_feed_us.and_then(store::moment).map(timestamp),
    }
}
