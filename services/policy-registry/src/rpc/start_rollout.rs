//! Starts a roll-out, or puts it down for a later day: the schools are merged beside the rpcs.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{StartRolloutRequest, StartRolloutResponse};
use tonic::Request;

use super::{
    convert::rollout::{self as convert, Start},
    work::rollouts,
};
use crate::{App, rollout::Rollout, store};

pub(super) async fn start_rollout(app: &App, request: Request<StartRolloutRequest>) -> Result<StartRolloutResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let account = scope.account().ok_or_else(Error::denied)?;
    let asked = convert::schools(&request.school_ids)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let Start { statutory_by, start_at, state, note } = Start::read(&request, tx.now())?;
    let template_version = rollouts::template_version(&tx, request.template_version).await?;
    let schools = rollouts::schools(&tx, asked).await?;
    if schools.is_empty() {
        return Err(Error::wrong_state("there is no school yet: add the schools first"));
    }
    let id = tx.ids().next();
    let rollout = Rollout {
        id,
        template_version,
        state,
        statutory_by,
        note,
        account,
        start_at,
        finished_at: None,
        undo_reason: None,
    };
    let body = store::rollout::insert(&tx, &rollout).await?;
    store::rollout_school::insert(&tx, &rollout.id, &schools).await?;
    tx.record(
        Act::new("rollout.started", rollout.id.as_str())
            .detail("template_version", template_version)
            .detail("schools", schools.len())
            .detail("state", state.name())
            .state("rollout", &body),
    );
    let response = StartRolloutResponse { rollout: Some(rollouts::shown(&tx, &rollout).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    app.bell.notify_one();
    Ok(response)
}
