//! STUB CloseSchool.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{CloseSchoolRequest, CloseSchoolResponse};
use tonic::Request;

use crate::App;

pub(super) async fn close_school(_app: &App, _request: Request<CloseSchoolRequest>) -> Result<CloseSchoolResponse> {
    Err(Error::internal("STUB"))
}
