//! Lists the shared incidents that the safeguarding officer is in, and those they are asked into.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListDeskSharedIncidentsRequest, ListDeskSharedIncidentsResponse};
use tonic::Request;

use super::{convert, get_desk_shared_incident::holder};
use crate::{App, store};

pub(super) async fn list_desk_shared_incidents(
    app: &App,
    request: Request<ListDeskSharedIncidentsRequest>,
) -> Result<ListDeskSharedIncidentsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let holder = holder(&scope)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (found, next) = store::shared::list(&tx, &holder, &page).await?;
    let asked = store::invitation::received_waiting(&tx, &holder).await?;
    tx.record(Act::new("shared_incident.listed", scope.account_text()).detail("count", found.len()));
    tx.commit().await?;
    Ok(ListDeskSharedIncidentsResponse {
        sharings: found.iter().map(|(sharing, opening)| convert::sharing::listed(sharing, &opening.title)).collect(),
        // To join, the officer names the incident: who is in which is theirs to see anyway.
        invitations: asked.iter().map(|i| convert::sharing::invitation(i, &i.from_school_id)).collect(),
        next_page_token: next,
    })
}
