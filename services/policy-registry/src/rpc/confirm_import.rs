//! STUB ConfirmImport.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{ConfirmImportRequest, ConfirmImportResponse};
use tonic::Request;

use crate::App;

pub(super) async fn confirm_import(_app: &App, _request: Request<ConfirmImportRequest>) -> Result<ConfirmImportResponse> {
    Err(Error::internal("STUB"))
}
