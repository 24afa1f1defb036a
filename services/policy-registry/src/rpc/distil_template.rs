//! STUB DistilTemplate.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{DistilTemplateRequest, DistilTemplateResponse};
use tonic::Request;

use crate::App;

pub(super) async fn distil_template(_app: &App, _request: Request<DistilTemplateRequest>) -> Result<DistilTemplateResponse> {
    Err(Error::internal("STUB"))
}
