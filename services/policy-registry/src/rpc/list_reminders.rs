//! STUB ListReminders.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{ListRemindersRequest, ListRemindersResponse};
use tonic::Request;

use crate::App;

pub(super) async fn list_reminders(_app: &App, _request: Request<ListRemindersRequest>) -> Result<ListRemindersResponse> {
    Err(Error::internal("STUB"))
}
