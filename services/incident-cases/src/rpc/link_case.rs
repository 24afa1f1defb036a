//! Says which of the school's own cases a shared incident belongs to. The case stays the school's own: nothing of it is shared.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{LinkCaseRequest, LinkCaseResponse};
use tonic::Request;

use super::{
    convert,
    once::once,
    sharing::{about, keep_answer, let_go},
};
use crate::{App, store};

pub(super) async fn link_case(app: &App, request: Request<LinkCaseRequest>) -> Result<LinkCaseResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let (id, holder) = (request.shared_incident_id.as_str(), request.school_id.as_str());
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| about(id, holder)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut case = store::case::load(&tx, &request.case_id).await?;
    let whole = store::shared::load(&tx, id, holder).await?;
    whole.sharing.open_still()?;
    case.working()?;
    if case.adult() {
        return Err(Error::wrong_state(
            "a case on an adult belongs to no shared incident: the LADO tells other schools",
        ));
    }
    if case.shared_incident_id.as_deref() == Some(id) {
        return Err(Error::wrong_state("this case belongs to the incident already"));
    }
    if let Some(linked) = let_go(&mut tx, &mut case).await? {
        return Err(Error::wrong_state(match (linked.schools().count(), linked.members.len()) {
            (1, 1) => "this case belongs to another shared incident, which nobody else is in: leave that one first",
            (1, _) => {
                "this case belongs to another shared incident, in which yours is the last school: close that one first"
            }
            _ => "this case belongs to another shared incident",
        }));
    }
    case.belongs_to(id);
    let body = store::case::update(&tx, &mut case).await?;
    tx.record(Act::new("case.linked", case.id.as_str()).state("case_file", &body));
    let response = LinkCaseResponse { shared_incident: Some(convert::sharing::shared_incident(&whole, holder)) };
    keep_answer(&mut tx, &whole.sharing, holder, &response).await?;
    tx.commit().await?;
    Ok(response)
}
