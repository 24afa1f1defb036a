//! Answers the school's public report page as those see it who open and close it.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{GetPublicReportRequest, GetPublicReportResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_public_report(
    app: &App,
    request: Request<GetPublicReportRequest>,
) -> Result<GetPublicReportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let report = store::public_report::load(&tx).await?;
    tx.record(Act::new("public_report.read", &request.school_id));
    tx.commit().await?;
    Ok(GetPublicReportResponse { report: report.as_ref().map(convert::public_report::public_report) })
}
