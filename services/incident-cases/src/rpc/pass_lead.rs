//! Another school of a shared incident leads from now on, at once.

use chassis::{
    caller::{Caller, Scope},
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
    id::SchoolId,
};
use proto::incident_cases::v1::{PassLeadRequest, PassLeadResponse};
use tonic::Request;

use super::{
    convert,
    once::once,
    sharing::{about, keep_answer, tell, write_item},
    unnamed::{Said, unnamed_in},
    work::words,
};
use crate::{App, shared_incident::item::What, store};

pub(super) async fn pass_lead(app: &App, request: Request<PassLeadRequest>) -> Result<PassLeadResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why, without names", &request.reason);
    v.finish()?;
    let next: SchoolId = request
        .to_school_id
        .parse()
        .map_err(|_| Error::invalid("to_school_id", "Select a school that is in this incident"))?;
    let (id, holder) = (request.shared_incident_id.as_str(), request.school_id.as_str());
    names_nobody(app, &scope, &request).await?;
    // Invitations that wait become the next one's, which is written in its rows.
    let both = scope.also_at(&next);
    let mut tx = match once(app, &both, &request.request_id, &request, |_| about(id, holder)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut whole = store::shared::load(&tx, id, holder).await?;
    whole.sharing.pass(holder, next.as_str())?;
    store::invitation::hand_over(&mut tx, id, holder, next.as_str()).await?;
    store::shared::keep(&mut tx, &whole.sharing, "sharing.lead_passed", holder).await?;
    let what = What::change("lead_passed", next.as_str(), &request.reason);
    write_item(&mut tx, &mut whole, holder, what).await?;
    whole.waiting.clear();
    whole.ended.clear();
    tell(&mut tx, &whole.sharing, "lead_passed", next.as_str(), holder).await?;
    let shared = convert::sharing::shared_incident(&whole, holder);
    let response = PassLeadResponse { shared_incident: Some(shared) };
    keep_answer(&mut tx, &whole.sharing, holder, &response).await?;
    tx.commit().await?;
    Ok(response)
}

/// Refuses a reason that names a learner. Asked at the school alone: the act itself is written in the rows of two.
async fn names_nobody(app: &App, scope: &Scope, request: &PassLeadRequest) -> Result<()> {
    let mut tx = app.store.begin(scope).await?;
    let whole = store::shared::load_unlocked(&tx, &request.shared_incident_id, &request.school_id).await?;
    let said = Said { texts: &[("reason", request.reason.as_str())], no_learner_meant: request.no_learner_meant };
    unnamed_in(&mut tx, &whole, &request.school_id, said).await?;
    tx.record(Act::new("shared_incident.read", whole.sharing.id.as_str()));
    tx.commit().await
}
