//! Lists a school's concerns: the gravest first, then the oldest unread.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
    page::Page,
};
use proto::incident_cases::v1::{ListConcernsRequest, ListConcernsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_concerns(app: &App, request: Request<ListConcernsRequest>) -> Result<ListConcernsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let states = ["new", "unread", "escalated", "no_further_action", "in_case"];
    if !request.state.is_empty() && !states.contains(&request.state.as_str()) {
        return Err(Error::invalid("state", format!("Select one of: {}", states.join(", "))));
    }
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (state, added, alert_id) = (&request.state, request.added, &request.alert_id);
    let (concerns, next, total) = store::concern::list(&tx, state, added, alert_id, &page).await?;
    // An alert that became no concern here is like one that never was.
    if !alert_id.is_empty() && total == 0 {
        return Err(Error::missing());
    }
    let ids: Vec<&str> = concerns.iter().map(|c| c.id.as_str()).collect();
    tx.record(Act::new("concern.listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    Ok(ListConcernsResponse {
        concerns: concerns.iter().map(convert::concern).collect(),
        next_page_token: next,
        total_size: i32::try_from(total).unwrap_or(i32::MAX),
    })
}
