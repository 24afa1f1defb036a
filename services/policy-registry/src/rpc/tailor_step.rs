//! Adds a step to a procedure, or words, omits or takes up again one of the template’s.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::policy_registry::v1::{Step, TailorStepRequest, TailorStepResponse};
use tonic::Request;

use super::{convert, work};
use crate::{App, instance::Tailoring, store};

pub(super) async fn tailor_step(app: &App, request: Request<TailorStepRequest>) -> Result<TailorStepResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let tailoring = match request.tailoring.as_str() {
        "adopted" => Tailoring::Adopted,
        "adapted" => Tailoring::Adapted,
        "added" => Tailoring::Added,
        "omitted" => Tailoring::Omitted,
        _ => {
            violations.add("tailoring", "Select adopted, adapted, added or omitted");
            Tailoring::Adopted
        }
    };
    let why =
        if tailoring == Tailoring::Adopted { String::new() } else { work::reason(&mut violations, &request.reason) };
    violations.check(request.step.is_some(), "step", "Send the step");
    if let Some(step) = request.step.as_ref().filter(|_| matches!(tailoring, Tailoring::Adapted | Tailoring::Added)) {
        violations.check(!step.title.trim().is_empty(), "step.title", "Enter what is to be done");
        violations.check(!step.roles.is_empty(), "step.roles", "Select who does it");
    }
    violations.finish()?;
    let step = convert::instance::asked_step(request.step.as_ref().unwrap_or(&Step::default()))?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?;
    let template = store::template::version(&tx, instance.template_version).await?.template;
    let instance = instance.tailor_step(&template, &request.procedure_id, tailoring, step, why, tx.now())?;
    let act = Act::new("step.tailored", instance.id.as_str())
        .detail("procedure", request.procedure_id.as_str())
        .detail("tailoring", request.tailoring.as_str());
    work::written(&mut tx, act, &instance).await?;
    let response = TailorStepResponse { instance: Some(work::shown(&tx, &instance).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
