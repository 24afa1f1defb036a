//! Lists what is due in the cases that the caller may read.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListDueRequest, ListDueResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_due(app: &App, request: Request<ListDueRequest>) -> Result<ListDueResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let now = tx.now();
    let asked = convert::due::asked(&request, now)?;
    let found = store::due::list(&tx, &asked, &page).await?;
    let closed = store::copy::clocks(&tx, &request.school_id).await?.closed_days;
    let owners = if request.with_owners { store::due::owners(&tx, now).await? } else { Vec::new() };
    let mut ids: Vec<&str> = found.cases.keys().map(String::as_str).collect();
    ids.sort_unstable();
    tx.record(Act::new("due.listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    Ok(ListDueResponse {
        dues: found
            .dues
            .iter()
            .filter_map(|(id, due)| Some(convert::due::due(found.cases.get(id)?, due, now, &closed)))
            .collect(),
        next_page_token: found.next,
        total_size: i32::try_from(found.total).unwrap_or(i32::MAX),
        owners: owners.iter().map(convert::due::owner).collect(),
    })
}
