//! Closes an allegation with its outcome.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
};
use proto::incident_cases::v1::{CloseAllegationRequest, CloseAllegationResponse};
use tonic::Request;

use super::{
    allegation::{Target, target, work},
    work::words,
};
use crate::{App, desk::allegation::Allegation};

pub(super) async fn close_allegation(
    app: &App,
    request: Request<CloseAllegationRequest>,
) -> Result<CloseAllegationResponse> {
    let (caller, request) = Caller::split(request)?;
    let told = Some((request.outcome.as_str(), request.told_school.as_str()));
    let target = Target { etag: &request.etag, told, ..target!(request, "allegation.closed") };
    let check = |v: &mut Violations| {
        words(v, "reason", "what it rests on, and what follows", &request.reason);
        if !request.told_school.is_empty() {
            words(v, "told_school", "what the school is told, or leave it empty", &request.told_school);
        }
    };
    let act = |one: &mut Allegation, stamp| one.close(&request.outcome, request.reason.trim().to_owned(), stamp);
    let respond = |one| CloseAllegationResponse { allegation: Some(one) };
    work(app, &caller, &request, target, check, act, respond).await
}
