//! STUB RenderInstance.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{RenderInstanceRequest, RenderInstanceResponse};
use tonic::Request;

use crate::App;

pub(super) async fn render_instance(_app: &App, _request: Request<RenderInstanceRequest>) -> Result<RenderInstanceResponse> {
    Err(Error::internal("STUB"))
}
