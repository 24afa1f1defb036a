//! STUB ListParagraphs.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{ListParagraphsRequest, ListParagraphsResponse};
use tonic::Request;

use crate::App;

pub(super) async fn list_paragraphs(_app: &App, _request: Request<ListParagraphsRequest>) -> Result<ListParagraphsResponse> {
    Err(Error::internal("STUB"))
}
