//! Lists the shared incidents that a school is in.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListSharedIncidentsRequest, ListSharedIncidentsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_shared_incidents(
    app: &App,
    request: Request<ListSharedIncidentsRequest>,
) -> Result<ListSharedIncidentsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (found, next) = store::shared::list(&tx, &request.school_id, &page).await?;
    tx.record(Act::new("shared_incident.listed", scope.account_text()).detail("count", found.len()));
    tx.commit().await?;
    Ok(ListSharedIncidentsResponse {
        sharings: found.iter().map(|(sharing, opening)| convert::sharing::listed(sharing, &opening.title)).collect(),
        next_page_token: next,
    })
}
