//! Freezes a term's figures as the head's report to the governors. What was read is what is signed.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::ReportSigned,
    reporting::v1::{SignReportRequest, SignReportResponse},
};
use tonic::Request;

use super::{convert::governor as convert, draft::draft};
use crate::{
    App,
    governor::version::{Signature, Signed, canonical, digest, etag},
    store,
};

pub(super) async fn sign_report(app: &App, request: Request<SignReportRequest>) -> Result<SignReportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let account = scope.account().ok_or_else(Error::denied)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let term = convert::term(&request.term_id, tx.now())?;
    convert::check(&request)?;
    let first = store::state::school(&tx, &request.school_id).await?.first_term();
    convert::check_first(term, first)?;
    let mut report = draft(&mut tx, &request.school_id, term, None).await?;
    let before = store::report_version::of_term(&tx, &term.id()).await?.first().map_or(0, |newest| newest.version);
    // Whoever signs saw these very figures, and knew what was signed before.
    if request.etag != etag(&report, before)? {
        return Err(Error::changed());
    }
    convert::check_reason(&request.reason, before)?;
    let mut signed = Signed {
        id: tx.ids().next(),
        school_id: request.school_id.clone(),
        term_id: term.id(),
        version: before + 1,
        digest: String::new(),
        signed_by: account.to_string(),
        signed_at: tx.now(),
        comment: request.comment.trim().to_owned(),
        reason: request.reason.trim().to_owned(),
    };
    // The digest vouches for the words and for who signed as well as for the figures.
    report.signature = Some(Signature::of(&signed));
    let content = canonical(&report)?;
    signed.digest = digest(&content);
    let body = store::report_version::insert(&tx, &signed, content).await?;
    let act = if before == 0 { "report.signed" } else { "report.amended" };
    let act = Act::new(act, signed.id.as_str()).detail("term", term.id()).detail("version", signed.version);
    tx.record(act.detail("digest", signed.digest.as_str()).state("report_version", &body));
    let event = ReportSigned { version: signed.version, term_id: term.id() };
    tx.announce(signed.id.as_str(), Event::ReportSigned(event)).await?;
    let response = SignReportResponse { version: Some(convert::version(&signed)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
