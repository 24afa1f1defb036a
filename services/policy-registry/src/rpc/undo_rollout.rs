//! STUB UndoRollout.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{UndoRolloutRequest, UndoRolloutResponse};
use tonic::Request;

use crate::App;

pub(super) async fn undo_rollout(_app: &App, _request: Request<UndoRolloutRequest>) -> Result<UndoRolloutResponse> {
    Err(Error::internal("STUB"))
}
