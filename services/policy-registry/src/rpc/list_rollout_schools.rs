//! STUB ListRolloutSchools.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{ListRolloutSchoolsRequest, ListRolloutSchoolsResponse};
use tonic::Request;

use crate::App;

pub(super) async fn list_rollout_schools(_app: &App, _request: Request<ListRolloutSchoolsRequest>) -> Result<ListRolloutSchoolsResponse> {
    Err(Error::internal("STUB"))
}
