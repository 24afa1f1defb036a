//! STUB GetCalendar.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{GetCalendarRequest, GetCalendarResponse};
use tonic::Request;

use crate::App;

pub(super) async fn get_calendar(_app: &App, _request: Request<GetCalendarRequest>) -> Result<GetCalendarResponse> {
    Err(Error::internal("STUB"))
}
