//! STUB AddComment.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{AddCommentRequest, AddCommentResponse};
use tonic::Request;

use crate::App;

pub(super) async fn add_comment(_app: &App, _request: Request<AddCommentRequest>) -> Result<AddCommentResponse> {
    Err(Error::internal("STUB"))
}
