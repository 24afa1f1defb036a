//! STUB ForwardLesson.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{ForwardLessonRequest, ForwardLessonResponse};
use tonic::Request;

use crate::App;

pub(super) async fn forward_lesson(_app: &App, _request: Request<ForwardLessonRequest>) -> Result<ForwardLessonResponse> {
    Err(Error::internal("STUB"))
}
