//! Lists what the safeguarding officer's desk is told of contacts in common.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListDeskContactMatchesRequest, ListDeskContactMatchesResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_desk_contact_matches(
    app: &App,
    request: Request<ListDeskContactMatchesRequest>,
) -> Result<ListDeskContactMatchesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (found, next_page_token, (total_size, unanswered_total)) = store::contact::at_desk(&tx, &page).await?;
    let ids: Vec<&str> = found.iter().map(|(one, ..)| one.id.as_str()).collect();
    tx.record(Act::new("contact.matches_listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    let matches = found.iter().map(convert::contact::told_desk).collect();
    Ok(ListDeskContactMatchesResponse { matches, next_page_token, total_size, unanswered_total })
}
