//! STUB EndCalendarFeed.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{EndCalendarFeedRequest, EndCalendarFeedResponse};
use tonic::Request;

use crate::App;

pub(super) async fn end_calendar_feed(_app: &App, _request: Request<EndCalendarFeedRequest>) -> Result<EndCalendarFeedResponse> {
    Err(Error::internal("STUB"))
}
