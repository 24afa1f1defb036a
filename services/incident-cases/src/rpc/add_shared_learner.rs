//! Brings a learner of the caller's own case into a shared incident, as a role label: who it is stays with their school.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
};
use proto::incident_cases::v1::{AddSharedLearnerRequest, AddSharedLearnerResponse};
use tonic::Request;

use super::{
    convert,
    once::once,
    sharing::{about, add_learner, keep_answer},
};
use crate::{
    App,
    shared_incident::item::{What, withdrawn},
    store,
};

pub(super) async fn add_shared_learner(
    app: &App,
    request: Request<AddSharedLearnerRequest>,
) -> Result<AddSharedLearnerResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let (id, holder) = (request.shared_incident_id.as_str(), request.school_id.as_str());
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| about(id, holder)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let case = store::case::load(&tx, &request.case_id).await?;
    let mut whole = store::shared::load(&tx, id, holder).await?;
    whole.sharing.open_still()?;
    if case.shared_incident_id.as_deref() != Some(id) {
        return Err(Error::wrong_state("the case does not belong to this shared incident: say first that it does"));
    }
    let part = case.involvements.iter().find(|part| part.id.as_str() == request.involvement_id);
    let part = part.ok_or_else(Error::missing)?;
    if !part.child() {
        return Err(Error::invalid("involvement_id", "Select a child of this case"));
    }
    if store::contact::outsiders(&tx, case.id.as_str()).await?.contains(&part.id) {
        let fix = "Select a child of the school: the contact of this one is marked, as of somebody on no roll";
        return Err(Error::invalid("involvement_id", fix));
    }
    let there = whole.items.iter().any(|item| match &item.what {
        // Whoever was taken out may come in anew, under another label.
        What::Own { learner, involvement_id, .. } => {
            *involvement_id == request.involvement_id && withdrawn(&whole.items, learner.as_str()).is_none()
        }
        _ => false,
    });
    if there {
        return Err(Error::wrong_state("this learner is in the incident already"));
    }
    add_learner(&mut tx, &mut whole, holder, &case, part).await?;
    let shared = convert::sharing::shared_incident(&whole, holder);
    let response = AddSharedLearnerResponse { shared_incident: Some(shared) };
    keep_answer(&mut tx, &whole.sharing, holder, &response).await?;
    tx.commit().await?;
    Ok(response)
}
