//! STUB RemindSchools.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{RemindSchoolsRequest, RemindSchoolsResponse};
use tonic::Request;

use crate::App;

pub(super) async fn remind_schools(_app: &App, _request: Request<RemindSchoolsRequest>) -> Result<RemindSchoolsResponse> {
    Err(Error::internal("STUB"))
}
