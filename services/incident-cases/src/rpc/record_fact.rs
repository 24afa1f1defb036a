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
    work::{Done, Target, maybe, work},
};
use crate::{
    App,
    case::{By, Case},
};

pub(super) async fn record_fact(app: &App, request: Request<RecordFactRequest>) -> Result<RecordFactResponse> {
    let (caller, request) = Caller::split(request)?;
    let mut violations = Violations::new();
    let about = convert::access::said(&mut violations, request.subject.as_ref());
    maybe(&mut violations, "reason", &request.reason);
    violations.finish()?;
    let target = Target {
        school_id: &request.school_id,
        case_id: &request.case_id,
        request_id: &request.request_id,
        etag: &request.etag,
    };
    let reason = request.reason.trim();
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        case.before_fact(by, (request.name.as_str(), request.value.as_str()), about)?;
        if reason.is_empty() {
            case.record_fact(by, &request.name, &request.value)?;
        } else {
            let asks = case.takes_second(&request.name, &request.value);
            case.record_fact_anew(by, ids.next(), (request.name.as_str(), request.value.as_str()), reason.to_owned())?;
            if asks {
                return Ok(Done::new("agreement.asked").detail("kind", "fact_change").detail("fact", &request.name));
            }
        }
        Ok(Done::new("fact.recorded").detail("fact", &request.name).detail("value", &request.value))
    };
    work(app, &caller, &request, target, act, |case, _| RecordFactResponse { case: Some(case) }).await
}
