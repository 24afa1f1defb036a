//! Records what was learnt once the work is done.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{RecordDebriefRequest, RecordDebriefResponse};
use tonic::Request;

use super::work::{Done, Target, work};
use crate::{
    App,
    case::{By, Case},
    rules::NARRATIVE_MAX,
};

pub(super) async fn record_debrief(app: &App, request: Request<RecordDebriefRequest>) -> Result<RecordDebriefResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.text("findings", "what went well and what did not", &request.findings, NARRATIVE_MAX);
    violations.maybe_text("actions", &request.actions, NARRATIVE_MAX);
    violations.finish()?;
    let target =
        Target { school_id: &request.school_id, case_id: &request.case_id, request_id: &request.request_id, etag: "" };
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.debrief(by, request.findings.trim().to_owned(), request.actions.trim().to_owned())?;
        Ok(Done::new("debrief.recorded"))
    };
    work(app, &caller, &request, target, act, |case, _| RecordDebriefResponse { case: Some(case) }).await
}
