//! Takes the school's public report page down. What came through it stays, and so does its code, for when it opens again.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{ClosePublicReportRequest, ClosePublicReportResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
};
use crate::{App, store};

pub(super) async fn close_public_report(
    app: &App,
    request: Request<ClosePublicReportRequest>,
) -> Result<ClosePublicReportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut report = store::public_report::load(&tx).await?.ok_or_else(Error::missing)?;
    report.open = false;
    report.updated_at = tx.now();
    store::public_report::keep(&tx, &report, true).await?;
    tx.record(Act::new("public_report.closed", &report.school_id));
    let response = ClosePublicReportResponse { report: Some(convert::public_report::public_report(&report)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
