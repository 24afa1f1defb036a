//! STUB TailorStep.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{TailorStepRequest, TailorStepResponse};
use tonic::Request;

use crate::App;

pub(super) async fn tailor_step(_app: &App, _request: Request<TailorStepRequest>) -> Result<TailorStepResponse> {
    Err(Error::internal("STUB"))
}
