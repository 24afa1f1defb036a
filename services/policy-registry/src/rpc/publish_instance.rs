//! Brings a signed version into force and supersedes the one before it.

use chassis::{caller::Caller, clock::timestamp, db::Once, error::Result, history::Act};
use proto::{
    event::v1::{PolicyPublished, envelope::Event},
    policy_registry::v1::{PublishInstanceRequest, PublishInstanceResponse},
};
use tonic::Request;

use super::{convert, work};
use crate::{App, instance::Instance, lint::Severity, store};

pub(super) async fn publish_instance(
    app: &App,
    request: Request<PublishInstanceRequest>,
) -> Result<PublishInstanceResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?;
    let published = store::template::version(&tx, instance.template_version).await?;
    let register = store::register::at(&tx, tx.now()).await?.map(|published| published.register);
    let instance = instance.publish(&published.template, register.as_ref(), tx.now())?;
    if let Some(before) = store::instance::in_force(&tx, tx.now()).await? {
        let before = before.supersede(tx.now())?;
        work::written(&mut tx, Act::new("instance.superseded", before.id.as_str()), &before).await?;
    }
    work::written(&mut tx, Act::new("instance.published", instance.id.as_str()), &instance).await?;
    tx.announce(instance.id.as_str(), Event::PolicyPublished(announced(&instance))).await?;
    let shown = convert::instance(&instance, &published.template, register.as_ref());
    let response = PublishInstanceResponse { instance: Some(shown) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}

fn announced(instance: &Instance) -> PolicyPublished {
    let errors = instance.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    PolicyPublished {
        instance_id: instance.id.to_string(),
        version: instance.version,
        effective_time: instance.effective_at.map(timestamp),
        review_due_time: instance.review_due_at.map(timestamp),
        error_findings: u32::try_from(errors).unwrap_or(u32::MAX),
    }
}
