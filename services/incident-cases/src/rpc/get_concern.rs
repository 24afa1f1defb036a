//! Answers one concern; the lead or a deputy opening it first is what its reporter sees as read.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::{
    access::v1::Role,
    incident_cases::v1::{GetConcernRequest, GetConcernResponse},
};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_concern(app: &App, request: Request<GetConcernRequest>) -> Result<GetConcernResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let mut concern = store::concern::load(&tx, &request.concern_id).await?;
    let mut act = Act::new("concern.read", concern.id.as_str());
    let lead = scope.has(Role::Dsl) || scope.has(Role::DeputyDsl);
    if lead && concern.read(scope.account_text(), tx.now()) {
        let body = store::concern::update(&tx, &concern).await?;
        act = act.detail("first", true).state("concern", &body);
    }
    tx.record(act);
    tx.commit().await?;
    Ok(GetConcernResponse { concern: Some(convert::concern(&concern)) })
}
