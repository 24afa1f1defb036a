//! Lists disclosures, newest first.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListDisclosuresRequest, ListDisclosuresResponse};
use tonic::Request;

use super::convert::record;
use crate::{App, custody::Disclosure, store};

pub(super) async fn list_disclosures(
    app: &App,
    request: Request<ListDisclosuresRequest>,
) -> Result<ListDisclosuresResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let mut of = Vec::new();
    if !request.case_id.is_empty() {
        let case = store::case::load(&tx, &request.case_id).await?;
        // What whoever found out reported in person stands with their concern.
        of = case.concern_ids;
        of.push(case.id.to_string());
    }
    let (found, next) = store::register::list::<Disclosure>(&tx, &of, "", &page).await?;
    let ids: Vec<&str> = found.iter().map(|entry| entry.id.as_str()).collect();
    tx.record(Act::new("disclosures.listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    Ok(ListDisclosuresResponse { disclosures: found.iter().map(record::disclosure).collect(), next_page_token: next })
}
