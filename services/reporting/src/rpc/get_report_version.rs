//! Answers a report as the head signed it, and which of its figures have moved since.

use chassis::{calendar::Term, caller::Caller, clock::timestamp, error::Result, history::Act};
use proto::reporting::v1::{GetReportVersionRequest, GetReportVersionResponse};
use tonic::Request;

use super::{convert::governor as convert, convert::hour_of, draft::draft};
use crate::{App, expect::METHOD, governor::version::moved, store};

pub(super) async fn get_report_version(
    app: &App,
    request: Request<GetReportVersionRequest>,
) -> Result<GetReportVersionResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let term = convert::term(&request.term_id, tx.now())?;
    // Whose school is not known has no draft either.
    let now = draft(&mut tx, &request.school_id, term, None).await?;
    let first = store::state::school(&tx, &request.school_id).await?.first_term();
    let (signed, report, content) = store::report_version::load(&tx, &term.id(), request.version).await?;
    let newest = store::report_version::of_term(&tx, &term.id()).await?;
    let progress = store::log::progress(&tx).await?;
    let act = Act::new("report_version.read", signed.id.as_str()).detail("term", term.id());
    tx.record(act.detail("version", signed.version));
    tx.commit().await?;
    Ok(GetReportVersionResponse {
        moved: moved(&report, &now).into_iter().map(convert::moved).collect(),
        amended: newest.first().is_some_and(|newest| newest.version > signed.version),
        version: Some(convert::version(&signed)),
        report: Some(convert::report(&report, term)),
        canonical_content: content.into(),
        first_term_id: first.map(Term::id).unwrap_or_default(),
        method: METHOD.to_owned(),
        figures_as_of_time: progress.newest.map(hour_of).map(timestamp),
    })
}
