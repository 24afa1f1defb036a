//! STUB ChooseSection.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{ChooseSectionRequest, ChooseSectionResponse};
use tonic::Request;

use crate::App;

pub(super) async fn choose_section(_app: &App, _request: Request<ChooseSectionRequest>) -> Result<ChooseSectionResponse> {
    Err(Error::internal("STUB"))
}
