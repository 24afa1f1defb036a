//! The chair of governors signs what the head approved.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{RatifyInstanceRequest, RatifyInstanceResponse};
use tonic::Request;

use super::work;
use crate::App;

pub(super) async fn ratify_instance(
    app: &App,
    request: Request<RatifyInstanceRequest>,
) -> Result<RatifyInstanceResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let account = scope.account().ok_or_else(Error::denied)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?.ratify(account, tx.now())?;
    work::written(&mut tx, Act::new("instance.ratified", instance.id.as_str()), &instance).await?;
    let response = RatifyInstanceResponse { instance: Some(work::shown(&tx, &instance).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
