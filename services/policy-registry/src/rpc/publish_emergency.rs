//! Brings what the head approved into force at once; the governors ratify it afterwards.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{PublishEmergencyRequest, PublishEmergencyResponse};
use tonic::Request;

use super::{
    convert::{self, life_cycle},
    work,
};
use crate::{App, store};

pub(super) async fn publish_emergency(
    app: &App,
    request: Request<PublishEmergencyRequest>,
) -> Result<PublishEmergencyResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?;
    let reason = life_cycle::emergency_reason(&request)?;
    let template = store::template::version(&tx, instance.template_version).await?.template;
    let register = store::register::at(&tx, tx.now()).await?.map(|published| published.register);
    let instance = instance.publish_emergency(&template, register.as_ref(), reason, tx.now())?;
    let ratify_by = instance.ratify_by().map(|day| day.to_string()).unwrap_or_default();
    let act = Act::new("instance.published_in_emergency", instance.id.as_str()).detail("ratify_by", ratify_by);
    work::into_force(&mut tx, act, &instance).await?;
    let shown = convert::instance(&instance, &template, register.as_ref());
    let response = PublishEmergencyResponse { instance: Some(shown) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
