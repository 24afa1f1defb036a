//! Lists matches of a school's own contacts, in cases that the caller may read.

use std::collections::HashMap;

use chassis::{caller::Caller, db::Tx, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{self as pb, ListContactMatchesRequest, ListContactMatchesResponse};
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
    let shown = placed(&tx, &found).await?;
    let ids: Vec<&str> = found.iter().map(|(one, ..)| one.id.as_str()).collect();
    tx.record(Act::new("contact.matches_listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    Ok(ListContactMatchesResponse { matches: shown, next_page_token })
}

/// Matches with the case and the kind of contact that they are of, at the school that is told of them.
pub(super) async fn placed(tx: &Tx, found: &[Found]) -> Result<Vec<pb::ContactMatch>> {
    let mut case_ids: Vec<String> = found.iter().map(|(_, case_id, _)| case_id.clone()).collect();
    case_ids.sort_unstable();
    case_ids.dedup();
    let cases = store::case::readable_all(tx, &case_ids).await?;
    let mut kinds = HashMap::new();
    for case_id in cases.keys() {
        let marked = store::contact::of_case(tx, case_id).await?;
        kinds.extend(marked.into_iter().map(|contact| (contact.id.to_string(), contact.kind)));
    }
    let one = |one: &Found| {
        let reference = cases.get(&one.1).map_or("", |case| case.reference.as_str());
        convert::contact::found(one, reference, kinds.get(&one.2).map_or("", String::as_str))
    };
    Ok(found.iter().map(one).collect())
}
