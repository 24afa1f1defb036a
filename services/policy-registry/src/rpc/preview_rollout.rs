//! STUB PreviewRollout.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{PreviewRolloutRequest, PreviewRolloutResponse};
use tonic::Request;

use crate::App;

pub(super) async fn preview_rollout(_app: &App, _request: Request<PreviewRolloutRequest>) -> Result<PreviewRolloutResponse> {
    Err(Error::internal("STUB"))
}
