//! STUB StartRevision.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{StartRevisionRequest, StartRevisionResponse};
use tonic::Request;

use crate::App;

pub(super) async fn start_revision(_app: &App, _request: Request<StartRevisionRequest>) -> Result<StartRevisionResponse> {
    Err(Error::internal("STUB"))
}
