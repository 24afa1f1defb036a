//! Opens a shared incident again that was closed: what was written stays, every school is told, and each says anew how its own
//! part stands before it closes again.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
};
use proto::incident_cases::v1::{ReopenSharedIncidentRequest, ReopenSharedIncidentResponse};
use tonic::Request;

use super::{
    convert,
    once::once,
    sharing::{about, keep_answer, tell, write_item},
    unnamed::{Said, unnamed_in},
    work::words,
};
use crate::{
    App,
    shared_incident::item::{REOPENED, What},
    store,
};

pub(super) async fn reopen_shared_incident(
    app: &App,
    request: Request<ReopenSharedIncidentRequest>,
) -> Result<ReopenSharedIncidentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why it is opened again, without names", &request.reason);
    v.finish()?;
    let (id, holder) = (request.shared_incident_id.as_str(), request.school_id.as_str());
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| about(id, holder)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut whole = store::shared::load(&tx, id, holder).await?;
    whole.sharing.reopen(holder)?;
    let said = Said { texts: &[("reason", request.reason.as_str())], no_learner_meant: request.no_learner_meant };
    unnamed_in(&mut tx, &whole, holder, said).await?;
    write_item(&mut tx, &mut whole, holder, What::change(REOPENED, holder, &request.reason)).await?;
    store::shared::keep(&mut tx, &whole.sharing, "sharing.reopened", holder).await?;
    tell(&mut tx, &whole.sharing, REOPENED, "", holder).await?;
    let shared = convert::sharing::shared_incident(&whole, holder);
    let response = ReopenSharedIncidentResponse { shared_incident: Some(shared) };
    keep_answer(&mut tx, &whole.sharing, holder, &response).await?;
    tx.commit().await?;
    Ok(response)
}
