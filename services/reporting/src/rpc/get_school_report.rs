//! Answers a term's figures of one school.

use chassis::{caller::Caller, clock::timestamp, error::Result, history::Act, suppress::MIN_CELL};
use proto::reporting::v1::{GetSchoolReportRequest, GetSchoolReportResponse, SchoolReport};
use tonic::Request;

use super::{
    convert,
    terms::{Terms, of},
};
use crate::{App, report::of_term, store, table::Schools};

pub(super) async fn get_school_report(
    app: &App,
    request: Request<GetSchoolReportRequest>,
) -> Result<GetSchoolReportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let school = request.school_id.as_str();
    let from = store::state::school(&tx, school).await?.first_term();
    let term = convert::term(&request.term_id, tx.now())?;
    let as_at = convert::as_at(&request.as_at_date)?;
    let counts = Terms::count(&tx, &Schools::One(school.to_owned()), term, as_at).await?;
    let progress = store::log::progress(&tx).await?;
    tx.record(Act::new("report.read", school).detail("term", term.id()).detail("as_at", convert::day(as_at)));
    let (now, at) = (tx.now(), convert::moment_of(as_at, tx.now()));
    tx.commit().await?;
    let published = of_term(term, from, at, &of(&counts.now, school));
    let before = of_term(term.before(), from, at, &of(&counts.before, school));
    let known = counts.known.map(|known| of_term(term, from, now, &of(&known, school)));
    let report = SchoolReport {
        school_id: request.school_id,
        term: Some(convert::term_message(term)),
        as_at_time: Some(timestamp(at)),
        lines: convert::lines(&published, &before, known.as_deref()),
        min_cell: u32::try_from(MIN_CELL).unwrap_or_default(),
        as_at_date: convert::day(as_at),
        figures_as_of_time: progress.newest.map(convert::hour_of).map(timestamp),
    };
    Ok(GetSchoolReportResponse { report: Some(report) })
}
