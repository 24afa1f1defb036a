//! The head signs a draft.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{ApproveInstanceRequest, ApproveInstanceResponse};
use tonic::Request;

use super::{registers, work};
use crate::App;

pub(super) async fn approve_instance(
    app: &App,
    request: Request<ApproveInstanceRequest>,
) -> Result<ApproveInstanceResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let account = scope.account().ok_or_else(Error::denied)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?.approve(account, tx.now())?;
    registers::ways_to_report(&tx).await?;
    work::written(&mut tx, Act::new("instance.approved", instance.id.as_str()), &instance).await?;
    let response = ApproveInstanceResponse { instance: Some(work::shown(&tx, &instance).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
