//! Holds an allegation against the harm threshold.

use chassis::{caller::Caller, error::Result};
use proto::incident_cases::v1::{EvaluateAllegationRequest, EvaluateAllegationResponse};
use tonic::Request;

use super::{
    allegation::{Target, target, work},
    work::words,
};
use crate::{App, desk::allegation::Allegation};

pub(super) async fn evaluate_allegation(
    app: &App,
    request: Request<EvaluateAllegationRequest>,
) -> Result<EvaluateAllegationResponse> {
    let (caller, request) = Caller::split(request)?;
    let target = Target { etag: &request.etag, ..target!(request, "allegation.evaluated") };
    let check = |v: &mut _| words(v, "reason", "what that rests on", &request.reason);
    let act =
        |one: &mut Allegation, stamp| one.evaluate(request.limbs.clone(), request.reason.trim().to_owned(), stamp);
    let respond = |one| EvaluateAllegationResponse { allegation: Some(one) };
    work(app, &caller, &request, target, check, act, respond).await
}
