//! Prints or drops an optional section.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::policy_registry::v1::{ChooseSectionRequest, ChooseSectionResponse};
use tonic::Request;

use super::work;
use crate::{App, store};

pub(super) async fn choose_section(app: &App, request: Request<ChooseSectionRequest>) -> Result<ChooseSectionResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let choice = match request.choice.as_str() {
        "rule" => None,
        "in" => Some((true, work::reason(&mut violations, &request.reason))),
        "out" => Some((false, work::reason(&mut violations, &request.reason))),
        _ => {
            violations.add("choice", "Select rule, in or out");
            None
        }
    };
    violations.finish()?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?;
    let template = store::template::version(&tx, instance.template_version).await?.template;
    let instance = instance.choose_section(&template, &request.section_id, choice, tx.now())?;
    let act = Act::new("section.chosen", instance.id.as_str())
        .detail("section", request.section_id.as_str())
        .detail("choice", request.choice.as_str());
    work::written(&mut tx, act, &instance).await?;
    let response = ChooseSectionResponse { instance: Some(work::shown(&tx, &instance).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
