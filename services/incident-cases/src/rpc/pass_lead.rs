//! Another school of a shared incident leads from now on, at once.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    id::SchoolId,
};
use proto::incident_cases::v1::{PassLeadRequest, PassLeadResponse};
use tonic::Request;

use super::{
    convert,
    once::once,
    sharing::{about, keep_answer, tell, write_item},
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
    tell(&mut tx, &whole.sharing, "lead_passed", next.as_str(), holder).await?;
    let shared = convert::sharing::shared_incident(&whole, holder);
    let response = PassLeadResponse { shared_incident: Some(shared) };
    keep_answer(&mut tx, &whole.sharing, holder, &response).await?;
    tx.commit().await?;
    Ok(response)
}
