//! STUB CompleteReview.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{CompleteReviewRequest, CompleteReviewResponse};
use tonic::Request;

use crate::App;

pub(super) async fn complete_review(_app: &App, _request: Request<CompleteReviewRequest>) -> Result<CompleteReviewResponse> {
    Err(Error::internal("STUB"))
}
