//! Answers a term's figures of one school.

use chassis::{
    calendar::Term,
    caller::Caller,
    clock::timestamp,
    error::{Error, Result},
    history::Act,
    suppress::MIN_CELL,
};
use proto::reporting::v1::{GetSchoolReportRequest, GetSchoolReportResponse, SchoolReport};
use tonic::Request;

use super::convert;
use crate::{App, report::of_term, store};

pub(super) async fn get_school_report(
    app: &App,
    request: Request<GetSchoolReportRequest>,
) -> Result<GetSchoolReportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let term = convert::term(&request.term_id, tx.now())?;
    let from = store::first_term(&tx, &request.school_id).await?;
    let published = async |term: Term| {
        let tallies = store::tallies(&tx, &request.school_id, &term.id()).await?;
        Ok::<_, Error>(of_term(term, from, tx.now(), &tallies))
    };
    let (now, before) = (published(term).await?, published(term.before()).await?);
    tx.record(Act::new("report.read", request.school_id.clone()).detail("term", term.id()));
    let as_at = timestamp(tx.now());
    tx.commit().await?;
    let report = SchoolReport {
        school_id: request.school_id,
        term: Some(convert::term_message(term)),
        as_at_time: Some(as_at),
        lines: convert::lines(&now, &before),
        min_cell: u32::try_from(MIN_CELL).unwrap_or_default(),
    };
    Ok(GetSchoolReportResponse { report: Some(report) })
}
