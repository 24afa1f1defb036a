//! STUB StartRollout.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{StartRolloutRequest, StartRolloutResponse};
use tonic::Request;

use crate::App;

pub(super) async fn start_rollout(_app: &App, _request: Request<StartRolloutRequest>) -> Result<StartRolloutResponse> {
    Err(Error::internal("STUB"))
}
