//! Lists a school's alerts, unanswered and gravest first.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
    page::Page,
};
use proto::filtering_ingest::v1::{ListAlertsRequest, ListAlertsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_alerts(app: &App, request: Request<ListAlertsRequest>) -> Result<ListAlertsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    if !["", "new", "true", "understandable", "false"].contains(&request.verdict.as_str()) {
        return Err(Error::invalid("verdict", "Select one of: new, true, understandable, false"));
    }
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (alerts, next, total) = store::alert::list(&tx, &request.verdict, &page).await?;
    let ids: Vec<&str> = alerts.iter().map(|alert| alert.id.as_str()).collect();
    tx.record(Act::new("alert.listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    Ok(ListAlertsResponse {
        alerts: alerts.iter().map(convert::alert).collect(),
        next_page_token: next,
        total_size: i32::try_from(total).unwrap_or(i32::MAX),
    })
}
