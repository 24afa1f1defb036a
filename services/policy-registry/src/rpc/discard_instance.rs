//! STUB DiscardInstance.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{DiscardInstanceRequest, DiscardInstanceResponse};
use tonic::Request;

use crate::App;

pub(super) async fn discard_instance(_app: &App, _request: Request<DiscardInstanceRequest>) -> Result<DiscardInstanceResponse> {
    Err(Error::internal("STUB"))
}
