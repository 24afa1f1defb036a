//! Answers the agency register as it stands; empty where none was published.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::policy_registry::v1::{GetAgencyRegisterRequest, GetAgencyRegisterResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_agency_register(
    app: &App,
    request: Request<GetAgencyRegisterRequest>,
) -> Result<GetAgencyRegisterResponse> {
    let (caller, GetAgencyRegisterRequest {}) = Caller::split(request)?;
    let mut tx = app.store.begin(&caller.anywhere()?).await?;
    let published = store::register::at(&tx, tx.now()).await?;
    let version = published.as_ref().map_or(0, |published| published.version);
    tx.record(Act::new("agency_register.read", "agency_register").detail("version", version));
    tx.commit().await?;
    Ok(published.map_or_else(GetAgencyRegisterResponse::default, |published| GetAgencyRegisterResponse {
        area: published.register.area,
        version,
        agencies: published.register.agencies.iter().map(convert::agency).collect(),
    }))
}
