//! STUB ListReviews.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{ListReviewsRequest, ListReviewsResponse};
use tonic::Request;

use crate::App;

pub(super) async fn list_reviews(_app: &App, _request: Request<ListReviewsRequest>) -> Result<ListReviewsResponse> {
    Err(Error::internal("STUB"))
}
