//! Changes how one clause differs from the template.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{TailorClauseRequest, TailorClauseResponse};
use tonic::Request;

use super::work;
use crate::{App, instance::tailoring::ClauseChange, store};

pub(super) async fn tailor_clause(app: &App, request: Request<TailorClauseRequest>) -> Result<TailorClauseResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let change = ClauseChange::asked(&request)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?;
    let template = store::template::version(&tx, instance.template_version).await?.template;
    let instance = instance.tailor_clause(&template, &request.clause_key, change, tx.now())?;
    let act = Act::new("clause.tailored", instance.id.as_str())
        .detail("clause", request.clause_key.as_str())
        .detail("tailoring", request.tailoring.as_str());
    work::written(&mut tx, act, &instance).await?;
    let response = TailorClauseResponse { instance: Some(work::shown(&tx, &instance).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
