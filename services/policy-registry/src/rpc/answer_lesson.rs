//! STUB AnswerLesson.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{AnswerLessonRequest, AnswerLessonResponse};
use tonic::Request;

use crate::App;

pub(super) async fn answer_lesson(_app: &App, _request: Request<AnswerLessonRequest>) -> Result<AnswerLessonResponse> {
    Err(Error::internal("STUB"))
}
