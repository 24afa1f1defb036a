//! STUB RealignParagraph.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{RealignParagraphRequest, RealignParagraphResponse};
use tonic::Request;

use crate::App;

pub(super) async fn realign_paragraph(_app: &App, _request: Request<RealignParagraphRequest>) -> Result<RealignParagraphResponse> {
    Err(Error::internal("STUB"))
}
