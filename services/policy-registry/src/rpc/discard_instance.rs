//! Sets a version aside that never came into force.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::policy_registry::v1::{DiscardInstanceRequest, DiscardInstanceResponse};
use tonic::Request;

use super::work;
use crate::App;

pub(super) async fn discard_instance(
    app: &App,
    request: Request<DiscardInstanceRequest>,
) -> Result<DiscardInstanceResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let reason = work::reason(&mut violations, &request.reason);
    violations.finish()?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?;
    let instance = instance.discard(reason, tx.now())?;
    let act = Act::new("instance.discarded", instance.id.as_str());
    work::written(&mut tx, act, &instance).await?;
    let response = DiscardInstanceResponse { instance: Some(work::shown(&tx, &instance).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
