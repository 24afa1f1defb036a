//! STUB ListTemplates.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{ListTemplatesRequest, ListTemplatesResponse};
use tonic::Request;

use crate::App;

pub(super) async fn list_templates(_app: &App, _request: Request<ListTemplatesRequest>) -> Result<ListTemplatesResponse> {
    Err(Error::internal("STUB"))
}
