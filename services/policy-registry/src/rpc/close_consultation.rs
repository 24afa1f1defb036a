//! STUB CloseConsultation.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{CloseConsultationRequest, CloseConsultationResponse};
use tonic::Request;

use crate::App;

pub(super) async fn close_consultation(_app: &App, _request: Request<CloseConsultationRequest>) -> Result<CloseConsultationResponse> {
    Err(Error::internal("STUB"))
}
