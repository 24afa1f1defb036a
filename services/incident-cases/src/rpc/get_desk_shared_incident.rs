//! Answers a shared incident to the authority's safeguarding officer, who came into it.

use chassis::{
    caller::{Caller, Scope},
    desk::Desk,
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{GetDeskSharedIncidentRequest, GetDeskSharedIncidentResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_desk_shared_incident(
    app: &App,
    request: Request<GetDeskSharedIncidentRequest>,
) -> Result<GetDeskSharedIncidentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let holder = holder(&scope)?;
    let mut tx = app.store.begin(&scope).await?;
    let whole = store::shared::load(&tx, &request.shared_incident_id, &holder).await?;
    tx.record(Act::new("shared_incident.read", whole.sharing.id.as_str()));
    tx.commit().await?;
    let shared = convert::sharing::shared_incident(&whole, &holder);
    Ok(GetDeskSharedIncidentResponse { shared_incident: Some(shared) })
}

/// As whom the safeguarding officer's desk holds keys: no other desk comes into a shared incident.
///
/// # Errors
/// `Missing` at any other.
pub(super) fn holder(scope: &Scope) -> Result<String> {
    scope.desk().filter(|desk| *desk == Desk::Safeguarding).map(Desk::holder).ok_or_else(Error::missing)
}
