//! STUB RaiseReview.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{RaiseReviewRequest, RaiseReviewResponse};
use tonic::Request;

use crate::App;

pub(super) async fn raise_review(_app: &App, _request: Request<RaiseReviewRequest>) -> Result<RaiseReviewResponse> {
    Err(Error::internal("STUB"))
}
