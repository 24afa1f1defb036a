//! The leading school removes another: from this commit on that one finds nothing of the shared incident.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
};
use proto::incident_cases::v1::{RemoveSchoolRequest, RemoveSchoolResponse};
use tonic::Request;

use super::{
    convert,
    once::once,
    sharing::{about, keep_answer, tell},
    unnamed::{Said, unnamed_in},
    work::words,
};
use crate::{App, shared_incident::item::What, store};

pub(super) async fn remove_school(app: &App, request: Request<RemoveSchoolRequest>) -> Result<RemoveSchoolResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    let whom = request.officer || !request.removed_school_id.is_empty();
    v.check(whom, "removed_school_id", "Select who is removed");
    words(&mut v, "reason", "why, without names", &request.reason);
    v.finish()?;
    let (id, holder) = (request.shared_incident_id.as_str(), request.school_id.as_str());
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| about(id, holder)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let whole = store::shared::load(&tx, id, holder).await?;
    let said = Said { texts: &[("reason", request.reason.as_str())], no_learner_meant: request.no_learner_meant };
    unnamed_in(&mut tx, &whole, holder, said).await?;
    let withdrawn = whole.withdrawn();
    let mut sharing = whole.sharing;
    sharing.withdrawn = Some(withdrawn);
    let whom =
        if request.officer { chassis::desk::Desk::Safeguarding.holder() } else { request.removed_school_id.clone() };
    sharing.remove(holder, &whom, tx.now())?;
    let what = What::change("removed", &whom, &request.reason);
    store::shared::rekey(&mut tx, &sharing, "sharing.removed", (holder, scope.account_text()), what).await?;
    tell(&mut tx, &sharing, "removed", &whom, holder).await?;
    let whole = store::shared::load(&tx, id, holder).await?;
    let shared = convert::sharing::shared_incident(&whole, holder);
    let response = RemoveSchoolResponse { shared_incident: Some(shared) };
    keep_answer(&mut tx, &sharing, holder, &response).await?;
    tx.commit().await?;
    Ok(response)
}
