//! Lists searches, newest first.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListSearchesRequest, ListSearchesResponse};
use tonic::Request;

use super::convert::record;
use crate::{App, custody::Search, store};

pub(super) async fn list_searches(app: &App, request: Request<ListSearchesRequest>) -> Result<ListSearchesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let mut of = Vec::new();
    if !request.case_id.is_empty() {
        of.push(store::case::load(&tx, &request.case_id).await?.id.to_string());
    }
    let (found, next) = store::register::list::<Search>(&tx, &of, "", &page).await?;
    let ids: Vec<&str> = found.iter().map(|entry| entry.id.as_str()).collect();
    tx.record(Act::new("searches.listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    Ok(ListSearchesResponse { searches: found.iter().map(record::search).collect(), next_page_token: next })
}
