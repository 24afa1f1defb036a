//! Says whose a step is.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{AssignStepRequest, AssignStepResponse};
use tonic::Request;

use super::work::{Done, account, target, work};
use crate::{
    App,
    case::{By, Case},
};

pub(super) async fn assign_step(app: &App, request: Request<AssignStepRequest>) -> Result<AssignStepResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let owner = account(&mut violations, "account_id", &request.account_id);
    violations.finish()?;
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.assign_step(by, &request.step_id, owner)?;
        Ok(Done::new("step.assigned").detail("step", &request.step_id).detail("account", &request.account_id))
    };
    work(app, &caller, &request, target!(request), act, |case, _| AssignStepResponse { case: Some(case) }).await
}
