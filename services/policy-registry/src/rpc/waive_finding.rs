//! STUB WaiveFinding.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{WaiveFindingRequest, WaiveFindingResponse};
use tonic::Request;

use crate::App;

pub(super) async fn waive_finding(_app: &App, _request: Request<WaiveFindingRequest>) -> Result<WaiveFindingResponse> {
    Err(Error::internal("STUB"))
}
