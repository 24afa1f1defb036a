//! Answers how far a roll-out is.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::policy_registry::v1::{GetRolloutRequest, GetRolloutResponse};
use tonic::Request;

use super::{convert::rollout as convert, work::rollouts};
use crate::{App, store};

pub(super) async fn get_rollout(app: &App, request: Request<GetRolloutRequest>) -> Result<GetRolloutResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let id = convert::rollout_id(&request.rollout_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let rollout = store::rollout::load(&tx, &id).await?;
    let shown = rollouts::shown(&tx, &rollout).await?;
    tx.record(Act::new("rollout.read", rollout.id.as_str()));
    tx.commit().await?;
    Ok(GetRolloutResponse { rollout: Some(shown) })
}
