//! STUB CompareTemplates.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{CompareTemplatesRequest, CompareTemplatesResponse};
use tonic::Request;

use crate::App;

pub(super) async fn compare_templates(_app: &App, _request: Request<CompareTemplatesRequest>) -> Result<CompareTemplatesResponse> {
    Err(Error::internal("STUB"))
}
