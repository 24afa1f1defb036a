//! STUB PublishEmergency.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{PublishEmergencyRequest, PublishEmergencyResponse};
use tonic::Request;

use crate::App;

pub(super) async fn publish_emergency(_app: &App, _request: Request<PublishEmergencyRequest>) -> Result<PublishEmergencyResponse> {
    Err(Error::internal("STUB"))
}
