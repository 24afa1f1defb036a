//! STUB CreateCalendarFeed.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{CreateCalendarFeedRequest, CreateCalendarFeedResponse};
use tonic::Request;

use crate::App;

pub(super) async fn create_calendar_feed(_app: &App, _request: Request<CreateCalendarFeedRequest>) -> Result<CreateCalendarFeedResponse> {
    Err(Error::internal("STUB"))
}
