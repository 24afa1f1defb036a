//! Closes an allegation with its outcome.

use chassis::{caller::Caller, error::Result};
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
    let target = Target { etag: &request.etag, ..target!(request, "allegation.closed") };
    let check = |v: &mut _| words(v, "reason", "what it rests on, and what follows", &request.reason);
    let act = |one: &mut Allegation, stamp| one.close(&request.outcome, request.reason.trim().to_owned(), stamp);
    let respond = |one| CloseAllegationResponse { allegation: Some(one) };
    work(app, &caller, &request, target, check, act, respond).await
}
