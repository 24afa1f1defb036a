//! Brings a signed version into force and supersedes the one before it.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{PublishInstanceRequest, PublishInstanceResponse};
use tonic::Request;

use super::{convert, work};
use crate::{App, store};

pub(super) async fn publish_instance(
    app: &App,
    request: Request<PublishInstanceRequest>,
) -> Result<PublishInstanceResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?;
    let published = store::template::version(&tx, instance.template_version).await?;
    let register = store::register::at(&tx, tx.now()).await?.map(|published| published.register);
    let instance = instance.publish(&published.template, register.as_ref(), tx.now())?;
    work::into_force(&mut tx, Act::new("instance.published", instance.id.as_str()), &instance).await?;
    let shown = convert::instance(&instance, &published.template, register.as_ref());
    let response = PublishInstanceResponse { instance: Some(shown) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
