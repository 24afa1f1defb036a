//! STUB RaiseReviews.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{RaiseReviewsRequest, RaiseReviewsResponse};
use tonic::Request;

use crate::App;

pub(super) async fn raise_reviews(_app: &App, _request: Request<RaiseReviewsRequest>) -> Result<RaiseReviewsResponse> {
    Err(Error::internal("STUB"))
}
