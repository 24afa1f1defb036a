//! Answers what was in force at a school at a moment.

use chassis::{
    caller::Caller,
    clock::moment,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{GetEffectivePolicyRequest, GetEffectivePolicyResponse};
use tonic::Request;

use super::convert;
use crate::{App, effective, store};

pub(super) async fn get_effective_policy(
    app: &App,
    request: Request<GetEffectivePolicyRequest>,
) -> Result<GetEffectivePolicyResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let unreadable = || Error::invalid("at_time", "Enter a moment such as 2026-11-24T09:00:00Z");
    let asked = request.at_time.as_ref().map(|at| moment(at).ok_or_else(unreadable)).transpose()?;
    let mut tx = app.store.begin(&scope).await?;
    let at = asked.unwrap_or(tx.now());
    let instance = store::instance::in_force(&tx, at).await?.ok_or_else(Error::missing)?;
    let template = store::template::version(&tx, instance.template_version).await?.template;
    let register = store::register::at(&tx, at).await?.map(|published| published.register);
    let effective = effective::resolve(instance, &template, register.as_ref()).ok_or_else(Error::missing)?;
    let act = Act::new("effective_policy.read", effective.instance.id.as_str());
    tx.record(act.detail("version", effective.instance.version));
    tx.commit().await?;
    Ok(GetEffectivePolicyResponse { policy: Some(convert::effective(&effective)) })
}
