//! Records what came of a report.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{RecordReportOutcomeRequest, RecordReportOutcomeResponse};
use tonic::Request;

use super::work::{Done, target, words, work};
use crate::{
    App,
    case::{By, Case, record::ReportId},
};

pub(super) async fn record_report_outcome(
    app: &App,
    request: Request<RecordReportOutcomeRequest>,
) -> Result<RecordReportOutcomeResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "outcome", "what came of it", &request.outcome);
    let report: Option<ReportId> = request.report_id.parse().ok();
    v.finish()?;
    let text = |value: &str| value.trim().to_owned();
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.report_outcome(by, &report.ok_or(crate::case::Refusal::Missing)?, text(&request.outcome))?;
        Ok(Done::new("report.answered"))
    };
    work(app, &caller, &request, target!(request), act, |case, _| RecordReportOutcomeResponse { case: Some(case) })
        .await
}
