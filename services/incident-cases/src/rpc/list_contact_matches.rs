//! Lists matches of a school's own contacts, in cases that the caller may read.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListContactMatchesRequest, ListContactMatchesResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_contact_matches(
    app: &App,
    request: Request<ListContactMatchesRequest>,
) -> Result<ListContactMatchesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (found, next_page_token) = store::contact::matches(&tx, request.unanswered_only, &page).await?;
    let ids: Vec<&str> = found.iter().map(|(one, ..)| one.id.as_str()).collect();
    tx.record(Act::new("contact.matches_listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    Ok(ListContactMatchesResponse { matches: found.iter().map(convert::contact::found).collect(), next_page_token })
}
