//! Answers one version of a school's policy.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{GetInstanceRequest, GetInstanceResponse};
use tonic::Request;

use super::work;
use crate::{App, store};

pub(super) async fn get_instance(app: &App, request: Request<GetInstanceRequest>) -> Result<GetInstanceResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let id = request.instance_id.parse().map_err(|_| Error::missing())?;
    let mut tx = app.store.begin(&scope).await?;
    let instance = store::instance::load(&tx, &id).await?;
    let shown = work::shown(&tx, &instance).await?;
    tx.record(Act::new("instance.read", instance.id.as_str()).detail("version", instance.version));
    tx.commit().await?;
    Ok(GetInstanceResponse { instance: Some(shown) })
}
