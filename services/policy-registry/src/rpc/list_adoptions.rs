//! STUB ListAdoptions.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{ListAdoptionsRequest, ListAdoptionsResponse};
use tonic::Request;

use crate::App;

pub(super) async fn list_adoptions(_app: &App, _request: Request<ListAdoptionsRequest>) -> Result<ListAdoptionsResponse> {
    Err(Error::internal("STUB"))
}
