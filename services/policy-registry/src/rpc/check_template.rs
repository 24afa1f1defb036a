//! STUB CheckTemplate.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{CheckTemplateRequest, CheckTemplateResponse};
use tonic::Request;

use crate::App;

pub(super) async fn check_template(_app: &App, _request: Request<CheckTemplateRequest>) -> Result<CheckTemplateResponse> {
    Err(Error::internal("STUB"))
}
