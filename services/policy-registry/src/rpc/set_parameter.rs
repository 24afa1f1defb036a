//! Fills or empties one blank; signatures fall away.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{SetParameterRequest, SetParameterResponse};
use tonic::Request;

use super::work;
use crate::{App, store};

pub(super) async fn set_parameter(app: &App, request: Request<SetParameterRequest>) -> Result<SetParameterResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?;
    let template = store::template::version(&tx, instance.template_version).await?.template;
    let instance = instance.set_parameter(&template, &request.key, request.values.clone(), tx.now())?;
    let act = Act::new("parameter.set", instance.id.as_str()).detail("key", request.key.as_str());
    work::written(&mut tx, act, &instance).await?;
    let response = SetParameterResponse { instance: Some(work::shown(&tx, &instance).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
