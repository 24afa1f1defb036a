//! Records that a step was skipped, with the reason.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{DeviateStepRequest, DeviateStepResponse};
use tonic::Request;

use super::work::{Done, Target, work};
use crate::{
    App,
    case::{By, Case},
    rules::NARRATIVE_MAX,
};

pub(super) async fn deviate_step(app: &App, request: Request<DeviateStepRequest>) -> Result<DeviateStepResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.text("reason", "why the step is skipped", &request.reason, NARRATIVE_MAX);
    violations.finish()?;
    let target =
        Target { school_id: &request.school_id, case_id: &request.case_id, request_id: &request.request_id, etag: "" };
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.deviate_step(by, &request.step_id, request.reason.trim().to_owned())?;
        Ok(Done::new("step.deviated").detail("step", &request.step_id))
    };
    work(app, &caller, &request, target, act, |case, _| DeviateStepResponse { case: Some(case) }).await
}
