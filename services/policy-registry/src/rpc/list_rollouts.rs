//! STUB ListRollouts.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{ListRolloutsRequest, ListRolloutsResponse};
use tonic::Request;

use crate::App;

pub(super) async fn list_rollouts(_app: &App, _request: Request<ListRolloutsRequest>) -> Result<ListRolloutsResponse> {
    Err(Error::internal("STUB"))
}
