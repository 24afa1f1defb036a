//! Makes a fact of a case known; the steps it calls for appear.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{RecordFactRequest, RecordFactResponse};
use tonic::Request;

use super::{
    convert,
    work::{Done, Target, work},
};
use crate::{
    App,
    case::{By, Case},
};

pub(super) async fn record_fact(app: &App, request: Request<RecordFactRequest>) -> Result<RecordFactResponse> {
    let (caller, request) = Caller::split(request)?;
    let mut violations = Violations::new();
    let about = convert::access::said(&mut violations, request.subject.as_ref());
    violations.finish()?;
    let target = Target {
        school_id: &request.school_id,
        case_id: &request.case_id,
        request_id: &request.request_id,
        etag: &request.etag,
    };
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.before_fact(by, (request.name.as_str(), request.value.as_str()), about)?;
        case.record_fact(by, &request.name, &request.value)?;
        Ok(Done::new("fact.recorded").detail("fact", &request.name).detail("value", &request.value))
    };
    work(app, &caller, &request, target, act, |case, _| RecordFactResponse { case: Some(case) }).await
}
