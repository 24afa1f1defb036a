//! Lists the desk's allegations.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
    page::Page,
};
use proto::incident_cases::v1::{ListAllegationsRequest, ListAllegationsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_allegations(
    app: &App,
    request: Request<ListAllegationsRequest>,
) -> Result<ListAllegationsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    if !["", "open", "closed"].contains(&request.state.as_str()) {
        return Err(Error::invalid("state", "Select open or closed, or leave it out"));
    }
    let mut tx = app.store.begin(&scope).await?;
    let (found, next) = store::allegation::list(&tx, &request.state, &page).await?;
    let ids: Vec<&str> = found.iter().map(|one| one.id.as_str()).collect();
    tx.record(Act::new("allegation.listed", scope.account_text()).detail("ids", ids));
    let now = tx.now();
    tx.commit().await?;
    Ok(ListAllegationsResponse {
        allegations: found.iter().map(|one| convert::desk::allegation(one, now)).collect(),
        next_page_token: next,
    })
}
