//! Records a report to a body that takes material down or looks into it.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{RecordReportRequest, RecordReportResponse};
use tonic::Request;

use super::work::{Done, one_of, target, work};
use crate::{
    App,
    case::{By, Case, Refusal, record::Report},
    custody::Disclosure,
    rules::{NAME_MAX, REPORT_CHASE},
};

pub(super) async fn record_report(app: &App, request: Request<RecordReportRequest>) -> Result<RecordReportResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    one_of(&mut v, "body", &request.body, &["iwf", "ceop", "platform", "report_remove", "police"]);
    v.check(request.body != "platform" || !request.platform.trim().is_empty(), "platform", "Enter which platform");
    for (field, value) in [("platform", &request.platform), ("reference", &request.reference)] {
        v.maybe_line(field, value, NAME_MAX);
    }
    let chase_at = v.at("chase_time", request.chase_time.as_ref());
    v.finish()?;
    let text = |value: &str| value.trim().to_owned();
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        let material_id = match request.material_id.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| Refusal::Missing)?),
        };
        case.report(
            by,
            Report {
                id: ids.next(),
                body: request.body.clone(),
                platform: text(&request.platform),
                material_id,
                reference: text(&request.reference),
                chase_at: chase_at.unwrap_or_else(|| case.closed_days.working_days_after(by.at, REPORT_CHASE)),
                outcome: None,
                stamp: by.stamp(),
            },
        )?;
        let told = Disclosure {
            id: ids.next(),
            item: String::new(),
            involvement: String::new(),
            school_id: case.school_id.clone(),
            case_id: case.id.to_string(),
            recipient_kind: "reporting_body".to_owned(),
            recipient: if request.body == "platform" { text(&request.platform) } else { request.body.clone() },
            shared: true,
            what: "Where the material is, and no content".to_owned(),
            basis: "safeguarding".to_owned(),
            reason: "To have it taken down or looked into".to_owned(),
            stamp: by.stamp(),
        };
        Ok(Done::new("report.made").detail("body", &request.body).disclosure(told))
    };
    work(app, &caller, &request, target!(request), act, |case, _| RecordReportResponse { case: Some(case) }).await
}
