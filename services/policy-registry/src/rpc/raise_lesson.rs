//! STUB RaiseLesson.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{RaiseLessonRequest, RaiseLessonResponse};
use tonic::Request;

use crate::App;

pub(super) async fn raise_lesson(_app: &App, _request: Request<RaiseLessonRequest>) -> Result<RaiseLessonResponse> {
    Err(Error::internal("STUB"))
}
