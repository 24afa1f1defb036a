//! Replaces the agency register by a checked version: the file sent, or the one that ships for an area.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{PublishAgencyRegisterRequest, PublishAgencyRegisterResponse};
use tonic::Request;

use super::convert;
use crate::{
    App,
    agency::Register,
    store,
    template::model::{area_file, areas},
};

pub(super) async fn publish_agency_register(
    app: &App,
    request: Request<PublishAgencyRegisterRequest>,
) -> Result<PublishAgencyRegisterResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let shipped = || {
        let names = areas().join(", ");
        area_file(&request.area).ok_or_else(|| Error::invalid("area", format!("Send a file, or enter one of {names}")))
    };
    let file = request.file.as_ref().map(convert::source).map_or_else(shipped, Ok)?;
    let register = Register::load(&file).map_err(|problems| convert::problems("file", problems))?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (published, body) = store::register::insert(&tx, register).await?;
    tx.record(
        Act::new("agency_register.published", published.id.as_str())
            .detail("version", published.version)
            .state("agency_register", &body),
    );
    let response = PublishAgencyRegisterResponse {
        area: published.register.area.clone(),
        version: published.version,
        agencies: published.register.agencies.iter().map(convert::agency).collect(),
    };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
