//! Lists matches of a school's own contacts, in cases that the caller may read.

use chassis::{caller::Caller, db::Tx, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ContactMatch, ListContactMatchesRequest, ListContactMatchesResponse};
use tonic::Request;

use super::convert;
use crate::{
    App,
    store::{self, contact::Found},
};

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
    let mut matches = Vec::with_capacity(found.len());
    for one in &found {
        matches.push(shown(&tx, one).await?);
    }
    tx.commit().await?;
    Ok(ListContactMatchesResponse { matches, next_page_token })
}

/// A match with what its school knows of it: which case, and which of the contacts marked in it.
pub(super) async fn shown(tx: &Tx, one: &Found) -> Result<ContactMatch> {
    let (_, case_id, contact_id, _) = one;
    let cases = store::case::readable_all(tx, std::slice::from_ref(case_id)).await?;
    let Some(case) = cases.get(case_id) else { return Ok(convert::contact::found(one, "", None)) };
    let marked = store::contact::of_case(tx, case_id).await?;
    let own = marked.iter().find(|contact| contact.id.as_str() == contact_id);
    Ok(convert::contact::found(one, &case.reference, own))
}
