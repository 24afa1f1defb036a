//! Adds an entry to the part of an incident that its schools share.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{AddSharedEntryRequest, AddSharedEntryResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
};
use crate::{App, rules::NARRATIVE_MAX, store};

pub(super) async fn add_shared_entry(
    app: &App,
    request: Request<AddSharedEntryRequest>,
) -> Result<AddSharedEntryResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.text("text", "what the schools should know", &request.text, NARRATIVE_MAX);
    violations.finish()?;
    let about = About::Shared { id: request.shared_incident_id.clone(), school: request.school_id.clone() };
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut shared = store::shared::load(&tx, &request.shared_incident_id, &request.school_id).await?;
    shared.enter(tx.ids().next(), &request.text, scope.account_text(), &request.school_id, tx.now());
    let body = store::shared::update(&tx, &shared, &request.school_id).await?;
    tx.record(Act::new("shared_entry.added", shared.id.as_str()).state("shared_incident", &body));
    let response = AddSharedEntryResponse { shared_incident: Some(convert::shared_incident(&shared)) };
    tx.answer_about(shared.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
