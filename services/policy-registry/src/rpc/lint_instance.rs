//! STUB LintInstance.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{LintInstanceRequest, LintInstanceResponse};
use tonic::Request;

use crate::App;

pub(super) async fn lint_instance(_app: &App, _request: Request<LintInstanceRequest>) -> Result<LintInstanceResponse> {
    Err(Error::internal("STUB"))
}
