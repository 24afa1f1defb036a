//! Takes more time for a request.

use chassis::{caller::Caller, error::Result};
use proto::incident_cases::v1::{ExtendAccessRequestRequest, ExtendAccessRequestResponse};
use tonic::Request;

use super::subject::{Turn, turn_clock};
use crate::{App, subject_access::AccessRequest};

pub(super) async fn extend_access_request(
    app: &App,
    request: Request<ExtendAccessRequestRequest>,
) -> Result<ExtendAccessRequestResponse> {
    let (caller, request) = Caller::split(request)?;
    let said = Turn {
        school_id: &request.school_id,
        access_request_id: &request.access_request_id,
        request_id: &request.request_id,
        reason: &request.reason,
        tells: "why it takes longer, and how whoever asks was told",
        action: "access_request.extended",
    };
    let respond = |asked| ExtendAccessRequestResponse { access_request: Some(asked) };
    turn_clock(app, &caller, &request, said, AccessRequest::extend, respond).await
}
