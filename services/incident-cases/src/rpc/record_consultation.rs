//! Records a talk with police or front door: it opens the gate on wider contact.

use chassis::{
    caller::Caller,
    clock::moment,
    error::{Error, Result, Violations},
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
    let said = !request.reference.trim().is_empty();
    violations.check(said, "reference", "Enter their reference, or write that none was given");
    violations.check(request.reference.chars().count() <= NAME_MAX, "reference", "Text must be 200 characters or less");
    violations.finish()?;
    let held_at = match &request.consult_time {
        None => None,
        Some(at) => Some(moment(at).ok_or_else(|| Error::invalid("consult_time", "Enter a real date and time"))?),
    };
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
