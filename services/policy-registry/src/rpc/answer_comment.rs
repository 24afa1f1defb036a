//! STUB AnswerComment.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{AnswerCommentRequest, AnswerCommentResponse};
use tonic::Request;

use crate::App;

pub(super) async fn answer_comment(_app: &App, _request: Request<AnswerCommentRequest>) -> Result<AnswerCommentResponse> {
    Err(Error::internal("STUB"))
}
