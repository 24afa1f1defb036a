//! Says whose a case is.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{AssignCaseRequest, AssignCaseResponse};
use tonic::Request;

use super::work::{Done, account, target, work};
use crate::{
    App,
    case::{By, Case},
};

pub(super) async fn assign_case(app: &App, request: Request<AssignCaseRequest>) -> Result<AssignCaseResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let owner = account(&mut violations, "account_id", &request.account_id);
    violations.finish()?;
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.assign(by, owner)?;
        Ok(Done::new("case.assigned").detail("account", &request.account_id))
    };
    work(app, &caller, &request, target!(request), act, |case, _| AssignCaseResponse { case: Some(case) }).await
}
