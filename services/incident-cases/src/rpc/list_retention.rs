//! Lists records by their review, the nearest first.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
    page::Page,
};
use proto::incident_cases::v1::{ListRetentionRequest, ListRetentionResponse};
use tonic::Request;

use super::convert;
use crate::{App, store, store::retention::Show};

pub(super) async fn list_retention(app: &App, request: Request<ListRetentionRequest>) -> Result<ListRetentionResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let show = Show::ALL.into_iter().find(|(code, _)| *code == request.show).map(|(_, show)| show);
    let show = show.ok_or_else(|| Error::invalid("show", "Select one of: due, held, asked, undated"))?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (found, next) = store::retention::list(&tx, show, &request.present_account_ids, &page).await?;
    let ids: Vec<&str> = found.iter().map(|(record, _)| record.id()).collect();
    tx.record(Act::new("retention.listed", scope.account_text()).detail("ids", ids));
    let now = tx.now();
    tx.commit().await?;
    let records = found.iter().map(|(record, standing)| convert::retention::brief(record, standing, now)).collect();
    Ok(ListRetentionResponse { records, next_page_token: next })
}
