//! Closes a shared incident, once each school in it has closed its own part or said why not.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
};
use proto::incident_cases::v1::{CloseSharedIncidentRequest, CloseSharedIncidentResponse};
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
    shared_incident::{item::What, learner::own_parts},
    store,
};

pub(super) async fn close_shared_incident(
    app: &App,
    request: Request<CloseSharedIncidentRequest>,
) -> Result<CloseSharedIncidentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "what came of it, without names", &request.reason);
    v.finish()?;
    let (id, holder) = (request.shared_incident_id.as_str(), request.school_id.as_str());
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| about(id, holder)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut whole = store::shared::load(&tx, id, holder).await?;
    whole.sharing.led_by(holder)?;
    whole.sharing.open_still()?;
    let silent = own_parts(&whole).into_iter().filter(|(_, said)| said.is_none()).count();
    if silent > 0 {
        let schools = if silent == 1 { "1 school has".to_owned() } else { format!("{silent} schools have") };
        return Err(Error::wrong_state(format!("{schools} not said that its own part is closed, or why not")));
    }
    let said = Said { texts: &[("reason", request.reason.as_str())], no_learner_meant: request.no_learner_meant };
    unnamed_in(&mut tx, &whole, holder, said).await?;
    // Nobody comes in any more.
    store::invitation::withdraw(&mut tx, id, holder, scope.account_text()).await?;
    whole.waiting.clear();
    write_item(&mut tx, &mut whole, holder, What::change("closed", holder, &request.reason)).await?;
    whole.sharing.closed_at = Some(tx.now());
    store::shared::keep(&mut tx, &whole.sharing, "sharing.closed", holder).await?;
    tell(&mut tx, &whole.sharing, "closed", "", holder).await?;
    let shared = convert::sharing::shared_incident(&whole, holder);
    let response = CloseSharedIncidentResponse { shared_incident: Some(shared) };
    keep_answer(&mut tx, &whole.sharing, holder, &response).await?;
    tx.commit().await?;
    Ok(response)
}
