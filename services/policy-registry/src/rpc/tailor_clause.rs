//! STUB TailorClause.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{TailorClauseRequest, TailorClauseResponse};
use tonic::Request;

use crate::App;

pub(super) async fn tailor_clause(_app: &App, _request: Request<TailorClauseRequest>) -> Result<TailorClauseResponse> {
    Err(Error::internal("STUB"))
}
