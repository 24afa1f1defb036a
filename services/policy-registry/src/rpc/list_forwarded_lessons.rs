//! STUB ListForwardedLessons.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{ListForwardedLessonsRequest, ListForwardedLessonsResponse};
use tonic::Request;

use crate::App;

pub(super) async fn list_forwarded_lessons(_app: &App, _request: Request<ListForwardedLessonsRequest>) -> Result<ListForwardedLessonsResponse> {
    Err(Error::internal("STUB"))
}
