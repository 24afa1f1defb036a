//! Moves the day a step is due, with the reason.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{MoveDueTimeRequest, MoveDueTimeResponse};
use tonic::Request;

use super::work::{Done, target, words, work};
use crate::{
    App,
    case::{By, Case},
};

pub(super) async fn move_due_time(app: &App, request: Request<MoveDueTimeRequest>) -> Result<MoveDueTimeResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let due_at = violations.at("due_time", request.due_time.as_ref());
    violations.check(request.due_time.is_some(), "due_time", "Enter the day it is due from now on");
    words(&mut violations, "reason", "why it is moved", &request.reason);
    violations.finish()?;
    let due_at = due_at.ok_or_else(|| Error::invalid("due_time", "Enter the day it is due from now on"))?;
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.move_due(by, &request.step_id, due_at, request.reason.trim().to_owned())?;
        Ok(Done::new("step.due_moved").detail("step", &request.step_id))
    };
    work(app, &caller, &request, target!(request), act, |case, _| MoveDueTimeResponse { case: Some(case) }).await
}
