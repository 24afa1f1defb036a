//! Says what a case is put under where that turns out otherwise than at its opening.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{ClassifyCaseRequest, ClassifyCaseResponse};
use tonic::Request;

use super::work::{Done, Target, target, words, work};
use crate::{
    App,
    case::{By, Case},
};

pub(super) async fn classify_case(app: &App, request: Request<ClassifyCaseRequest>) -> Result<ClassifyCaseResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why it is put so now", &request.reason);
    v.finish()?;
    let target = Target { etag: &request.etag, ..target!(request) };
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.classify(by, &request.risks, &request.kinds, request.reason.trim().to_owned())?;
        Ok(Done::new("case.classified"))
    };
    work(app, &caller, &request, target, act, |case, _| ClassifyCaseResponse { case: Some(case) }).await
}
