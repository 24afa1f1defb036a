//! Records a talk with police or front door: it opens the gate on wider contact.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{RecordConsultationRequest, RecordConsultationResponse};
use tonic::Request;

use super::work::{Done, Target, work};
use crate::{
    App,
    case::{By, Case, Consultation},
    rules::{NAME_MAX, NARRATIVE_MAX},
};

pub(super) async fn record_consultation(
    app: &App,
    request: Request<RecordConsultationRequest>,
) -> Result<RecordConsultationResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.text("advice", "what the agency advised", &request.advice, NARRATIVE_MAX);
    violations.line("reference", "their reference, or write that none was given", &request.reference, NAME_MAX);
    let held_at = violations.happened("consult_time", request.consult_time.as_ref(), app.store.clock().now());
    violations.finish()?;
    let target =
        Target { school_id: &request.school_id, case_id: &request.case_id, request_id: &request.request_id, etag: "" };
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        case.consult(
            by,
            Consultation {
                id: ids.next(),
                agency: request.agency.clone(),
                held_at: held_at.unwrap_or(by.at),
                reference: request.reference.trim().to_owned(),
                advice: request.advice.trim().to_owned(),
                by: by.account_id.to_owned(),
            },
        )?;
        Ok(Done::new("consultation.recorded").detail("agency", &request.agency))
    };
    work(app, &caller, &request, target, act, |case, _| RecordConsultationResponse { case: Some(case) }).await
}
