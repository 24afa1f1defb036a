//! Records that a step of the procedure was done, with every field that the step records.

use chassis::{caller::Caller, error::Result, id::Ids};
use proto::incident_cases::v1::{CompleteStepRequest, CompleteStepResponse};
use tonic::Request;

use super::work::{Done, Target, work};
use crate::{
    App,
    case::{By, Case},
};

pub(super) async fn complete_step(app: &App, request: Request<CompleteStepRequest>) -> Result<CompleteStepResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut recorded: Vec<(String, String)> = request.recorded.clone().into_iter().collect();
    recorded.sort();
    let target =
        Target { school_id: &request.school_id, case_id: &request.case_id, request_id: &request.request_id, etag: "" };
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.complete_step(by, &request.step_id, recorded)?;
        Ok(Done::new("step.completed").detail("step", &request.step_id))
    };
    work(app, &caller, &request, target, act, |case, _| CompleteStepResponse { case: Some(case) }).await
}
