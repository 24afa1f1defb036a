//! Adds to a concern of the caller's own. What was written before stays, and those who read it see that there is more.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{AddToConcernRequest, AddToConcernResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    passing_on::written_of,
};
use crate::{App, escalate, rules::NARRATIVE_MAX, store};

pub(super) async fn add_to_concern(app: &App, request: Request<AddToConcernRequest>) -> Result<AddToConcernResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.text("text", "what you want to add", &request.text, NARRATIVE_MAX);
    violations.finish()?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut concern = store::concern::load_own(&tx, &request.concern_id, scope.account_text()).await?;
    let at = tx.now();
    if concern.add(request.text.trim(), at) {
        let clocks = store::copy::clocks(&tx, &request.school_id).await?;
        let cover = store::cover::load(&tx).await?;
        concern = concern.waiting_from(at, &clocks, &cover);
    }
    let body = store::concern::update(&tx, &concern).await?;
    tx.record(Act::new("concern.added_to", concern.id.as_str()).state("concern", &body));
    escalate::tell_added(&mut tx, &concern).await?;
    written_of(&mut tx, &concern).await?;
    let response = AddToConcernResponse { concern: Some(convert::my_concern(&concern)) };
    tx.answer_about(concern.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
