//! STUB AddClause.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{AddClauseRequest, AddClauseResponse};
use tonic::Request;

use crate::App;

pub(super) async fn add_clause(_app: &App, _request: Request<AddClauseRequest>) -> Result<AddClauseResponse> {
    Err(Error::internal("STUB"))
}
