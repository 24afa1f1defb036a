//! Passes a concern on to whom it is for. That a concern about an adult was passed on is announced to nobody: those know who had it and
//! those who have it. Of one that stood unread it is said that it was read.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{PassOnConcernRequest, PassOnConcernResponse};
use tonic::Request;

use super::once::{About, once};
use crate::{
    App,
    concern::adult::{For, PassedOn},
    escalate,
    rules::NARRATIVE_MAX,
    store,
};

pub(super) async fn pass_on_concern(
    app: &App,
    request: Request<PassOnConcernRequest>,
) -> Result<PassOnConcernResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let to = For::of(&request.to);
    violations.check(to.is_some(), "to", "Select lead, head, chair or authority");
    violations.text("reason", "why it is for them", &request.reason, NARRATIVE_MAX);
    violations.finish()?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut concern = store::concern::load(&tx, &request.concern_id).await?;
    let clocks = store::copy::clocks(&tx, &request.school_id).await?;
    let cover = store::cover::load(&tx).await?;
    let passed = PassedOn {
        to: to.unwrap_or(For::Lead),
        reason: request.reason.trim().to_owned(),
        by: scope.account_text().to_owned(),
        at: tx.now(),
    };
    // One that stands unread for the lead waits for somebody else from now on, and is nobody's that was late.
    if concern.office.is_none() && concern.level().is_some() && concern.read(&passed.by, passed.at) {
        escalate::tell_read(&mut tx, &concern).await?;
    }
    concern.pass_on(passed, &clocks, &cover)?;
    let body = store::concern::update(&tx, &concern).await?;
    store::access::keep_out(&tx, &concern).await?;
    tx.record(
        Act::new("concern.passed_on", concern.id.as_str()).detail("to", request.to.as_str()).state("concern", &body),
    );
    tx.answer(&PassOnConcernResponse {}).await?;
    tx.commit().await?;
    Ok(PassOnConcernResponse {})
}
