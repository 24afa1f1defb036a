//! Answers a term's figures of one school.

use chassis::{caller::Caller, clock::timestamp, error::Result, history::Act};
use proto::reporting::v1::{GetSchoolReportRequest, GetSchoolReportResponse, SchoolReport};
use tonic::Request;

use super::{convert, printed::of_school};
use crate::{App, disclosure::min_cell, store};

pub(super) async fn get_school_report(
    app: &App,
    request: Request<GetSchoolReportRequest>,
) -> Result<GetSchoolReportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let school = request.school_id.as_str();
    // Whoever asks about a school there is not is told so before anything is counted.
    store::state::school(&tx, school).await?;
    let term = convert::governor::begun(&request.term_id, tx.now())?;
    let as_at = convert::as_at(&request.as_at_date)?;
    let mut asked = vec![(term, as_at), (term.before(), as_at)];
    asked.extend(as_at.map(|_| (term, None)));
    let mut printed = of_school(&mut tx, school, &asked).await?.into_iter();
    let (published, before) = (printed.next().unwrap_or_default(), printed.next().unwrap_or_default());
    let known = printed.next();
    let progress = store::log::progress(&tx).await?;
    tx.record(Act::new("report.read", school).detail("term", term.id()).detail("as_at", convert::day(as_at)));
    let at = convert::moment_of(as_at, tx.now());
    tx.commit().await?;
    let report = SchoolReport {
        school_id: request.school_id,
        term: Some(convert::term_message(term)),
        as_at_time: Some(timestamp(at)),
        lines: convert::lines(&published, &before, known.as_deref()),
        min_cell: u32::try_from(min_cell()).unwrap_or_default(),
        as_at_date: convert::day(as_at),
        figures_as_of_time: progress.newest.map(convert::hour_of).map(timestamp),
    };
    Ok(GetSchoolReportResponse { report: Some(report) })
}
