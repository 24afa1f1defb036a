//! STUB AnswerForwardedLesson.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{AnswerForwardedLessonRequest, AnswerForwardedLessonResponse};
use tonic::Request;

use crate::App;

pub(super) async fn answer_forwarded_lesson(_app: &App, _request: Request<AnswerForwardedLessonRequest>) -> Result<AnswerForwardedLessonResponse> {
    Err(Error::internal("STUB"))
}
