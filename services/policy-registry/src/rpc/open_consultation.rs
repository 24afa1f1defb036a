//! STUB OpenConsultation.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{OpenConsultationRequest, OpenConsultationResponse};
use tonic::Request;

use crate::App;

pub(super) async fn open_consultation(_app: &App, _request: Request<OpenConsultationRequest>) -> Result<OpenConsultationResponse> {
    Err(Error::internal("STUB"))
}
