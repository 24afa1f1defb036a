//! Starts a new draft from the version in force.

use chassis::{
    caller::Caller,
    clock::london,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{StartRevisionRequest, StartRevisionResponse};
use tonic::Request;

use super::work;
use crate::{App, store};

pub(super) async fn start_revision(app: &App, request: Request<StartRevisionRequest>) -> Result<StartRevisionResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let before = store::instance::in_force(&tx, tx.now()).await?;
    let before =
        before.ok_or_else(|| Error::wrong_state("nothing is in force yet: import a document to start from"))?;
    if store::instance::open(&tx).await? {
        return Err(Error::wrong_state("another version is on its way: work on that one, or discard it first"));
    }
    let (id, version) = (tx.ids().next(), store::instance::next_version(&tx).await?);
    let instance = before.revise(id, version, london(tx.now()).date(), tx.now())?;
    let body = store::instance::insert(&tx, &instance).await?;
    let act = Act::new("instance.revised", instance.id.as_str());
    tx.record(act.detail("version", version).detail("from_version", before.version).state("instance", &body));
    let response = StartRevisionResponse { instance: Some(work::shown(&tx, &instance).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
