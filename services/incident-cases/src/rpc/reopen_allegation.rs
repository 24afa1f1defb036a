//! Opens a closed allegation again.

use chassis::{caller::Caller, error::Result};
use proto::incident_cases::v1::{ReopenAllegationRequest, ReopenAllegationResponse};
use tonic::Request;

use super::{
    allegation::{Target, target, work},
    work::words,
};
use crate::{App, case::referral::portal::REOPENED, desk::allegation::Allegation};

pub(super) async fn reopen_allegation(
    app: &App,
    request: Request<ReopenAllegationRequest>,
) -> Result<ReopenAllegationResponse> {
    let (caller, request) = Caller::split(request)?;
    let target = Target { told: Some((REOPENED, "")), ..target!(request, "allegation.reopened") };
    let check = |v: &mut _| words(v, "reason", "why it is opened again", &request.reason);
    let act = |one: &mut Allegation, stamp| one.reopen(request.reason.trim().to_owned(), stamp);
    let respond = |one| ReopenAllegationResponse { allegation: Some(one) };
    work(app, &caller, &request, target, check, act, respond).await
}
