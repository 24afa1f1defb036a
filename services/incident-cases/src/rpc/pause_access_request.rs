//! Stops the clock of a request.

use chassis::{caller::Caller, error::Result};
use proto::incident_cases::v1::{PauseAccessRequestRequest, PauseAccessRequestResponse};
use tonic::Request;

use super::subject::{Turn, turn_clock};
use crate::{App, subject_access::AccessRequest};

pub(super) async fn pause_access_request(
    app: &App,
    request: Request<PauseAccessRequestRequest>,
) -> Result<PauseAccessRequestResponse> {
    let (caller, request) = Caller::split(request)?;
    let said = Turn {
        school_id: &request.school_id,
        access_request_id: &request.access_request_id,
        request_id: &request.request_id,
        reason: &request.reason,
        tells: "what the school waits for",
        action: "access_request.paused",
    };
    let respond = |asked| PauseAccessRequestResponse { access_request: Some(asked) };
    turn_clock(app, &caller, &request, said, AccessRequest::pause, respond).await
}
