//! STUB ListComments.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{ListCommentsRequest, ListCommentsResponse};
use tonic::Request;

use crate::App;

pub(super) async fn list_comments(_app: &App, _request: Request<ListCommentsRequest>) -> Result<ListCommentsResponse> {
    Err(Error::internal("STUB"))
}
