//! Lists requests for what is kept about learners, newest first.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListAccessRequestsRequest, ListAccessRequestsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store, subject_access::AccessRequest};

pub(super) async fn list_access_requests(
    app: &App,
    request: Request<ListAccessRequestsRequest>,
) -> Result<ListAccessRequestsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    store::access::outside(&tx)?;
    if !request.learner_id.is_empty() {
        store::learner::load(&tx, &request.learner_id).await?;
    }
    let (found, next) = store::subject_access::list(&tx, &request.learner_id, request.unanswered, &page).await?;
    let adds = store::subject_access::to_add_to(&tx, &found).await?;
    let ids: Vec<&str> = found.iter().map(|asked| asked.id.as_str()).collect();
    tx.record(Act::new("access_request.listed", scope.account_text()).detail("ids", ids));
    let now = tx.now();
    tx.commit().await?;
    let line = |asked: &AccessRequest| convert::subject_access::listed(asked, now, adds.contains(asked.id.as_str()));
    Ok(ListAccessRequestsResponse { access_requests: found.iter().map(line).collect(), next_page_token: next })
}
