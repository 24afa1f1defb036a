//! Opens a closed case again, with the reason.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    event::Event,
    id::Ids,
};
use proto::{
    event::v1::CaseReopened,
    incident_cases::v1::{ReopenCaseRequest, ReopenCaseResponse},
};
use tonic::Request;

use super::work::{Done, Target, target, words, work};
use crate::{
    App,
    case::{By, Case},
};

pub(super) async fn reopen_case(app: &App, request: Request<ReopenCaseRequest>) -> Result<ReopenCaseResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why the case is opened again", &request.reason);
    v.check(!request.etag.is_empty(), "etag", "Send back the etag of the case as you read it");
    v.finish()?;
    let target = Target { etag: &request.etag, ..target!(request) };
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        let closed_s = case.closing.as_ref().map_or(0, |closing| (by.at - closing.at).whole_seconds());
        case.reopen(by, request.reason.trim().to_owned())?;
        let again = CaseReopened { procedure: case.procedure.id.clone(), closed_s };
        Ok(Done::new("case.reopened").event(Event::CaseReopened(again)))
    };
    work(app, &caller, &request, target, act, |case, _| ReopenCaseResponse { case: Some(case) }).await
}
