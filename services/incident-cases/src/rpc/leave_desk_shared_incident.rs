//! The safeguarding officer goes out of a shared incident.

use chassis::{caller::Caller, error::Result};
use proto::incident_cases::v1::{LeaveDeskSharedIncidentRequest, LeaveDeskSharedIncidentResponse};
use tonic::Request;

use super::{get_desk_shared_incident::holder, leave_shared_incident::leave, sharing::Target, unnamed::Said};
use crate::App;

pub(super) async fn leave_desk_shared_incident(
    app: &App,
    request: Request<LeaveDeskSharedIncidentRequest>,
) -> Result<LeaveDeskSharedIncidentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let holder = holder(&scope)?;
    let target = Target { id: &request.shared_incident_id, holder: &holder, request_id: &request.request_id };
    let said = Said { texts: &[("reason", request.reason.as_str())], no_learner_meant: false };
    leave(app, &scope, &request, target, said, "").await?;
    Ok(LeaveDeskSharedIncidentResponse {})
}
