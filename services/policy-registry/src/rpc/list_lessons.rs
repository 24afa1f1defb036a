//! STUB ListLessons.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{ListLessonsRequest, ListLessonsResponse};
use tonic::Request;

use crate::App;

pub(super) async fn list_lessons(_app: &App, _request: Request<ListLessonsRequest>) -> Result<ListLessonsResponse> {
    Err(Error::internal("STUB"))
}
