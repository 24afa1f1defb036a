//! Starts the clock of a request again.

use chassis::{caller::Caller, error::Result};
use proto::incident_cases::v1::{ResumeAccessRequestRequest, ResumeAccessRequestResponse};
use tonic::Request;

use super::subject::{Turn, turn_clock};
use crate::{App, subject_access::AccessRequest};

pub(super) async fn resume_access_request(
    app: &App,
    request: Request<ResumeAccessRequestRequest>,
) -> Result<ResumeAccessRequestResponse> {
    let (caller, request) = Caller::split(request)?;
    let said = Turn {
        school_id: &request.school_id,
        access_request_id: &request.access_request_id,
        request_id: &request.request_id,
        reason: &request.reason,
        tells: "what came",
        action: "access_request.resumed",
    };
    let respond = |asked| ResumeAccessRequestResponse { access_request: Some(asked) };
    turn_clock(app, &caller, &request, said, AccessRequest::resume, respond).await
}
