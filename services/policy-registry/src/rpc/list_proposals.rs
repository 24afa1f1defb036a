//! STUB ListProposals.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{ListProposalsRequest, ListProposalsResponse};
use tonic::Request;

use crate::App;

pub(super) async fn list_proposals(_app: &App, _request: Request<ListProposalsRequest>) -> Result<ListProposalsResponse> {
    Err(Error::internal("STUB"))
}
