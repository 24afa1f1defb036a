//! STUB GetRollout.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{GetRolloutRequest, GetRolloutResponse};
use tonic::Request;

use crate::App;

pub(super) async fn get_rollout(_app: &App, _request: Request<GetRolloutRequest>) -> Result<GetRolloutResponse> {
    Err(Error::internal("STUB"))
}
