//! Ends a consultation; the version is a draft again.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{CloseConsultationRequest, CloseConsultationResponse};
use tonic::Request;

use super::work;
use crate::App;

pub(super) async fn close_consultation(
    app: &App,
    request: Request<CloseConsultationRequest>,
) -> Result<CloseConsultationResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?.close_consultation(tx.now())?;
    work::written(&mut tx, Act::new("consultation.closed", instance.id.as_str()), &instance).await?;
    let response = CloseConsultationResponse { instance: Some(work::shown(&tx, &instance).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
