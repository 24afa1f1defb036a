//! Adds a clause of the school’s own.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::policy_registry::v1::{AddClauseRequest, AddClauseResponse};
use tonic::Request;

use super::{convert, work};
use crate::{App, store};

pub(super) async fn add_clause(app: &App, request: Request<AddClauseRequest>) -> Result<AddClauseResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let text = convert::instance::text(&mut violations, &request.text);
    let reason = work::reason(&mut violations, &request.reason);
    violations.finish()?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?;
    let template = store::template::version(&tx, instance.template_version).await?.template;
    let instance = instance.add_clause(&template, &request.section_id, text, reason, tx.now())?;
    let act = Act::new("clause.added", instance.id.as_str()).detail("section", request.section_id.as_str());
    work::written(&mut tx, act, &instance).await?;
    let response = AddClauseResponse { instance: Some(work::shown(&tx, &instance).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
