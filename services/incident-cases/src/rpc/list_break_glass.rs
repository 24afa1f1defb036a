//! Lists readings of restricted cases beyond somebody's rights.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListBreakGlassRequest, ListBreakGlassResponse};
use tonic::Request;

use super::convert;
use crate::{
    App,
    case::{Case, break_glass::BreakGlass},
    store,
};

pub(super) async fn list_break_glass(
    app: &App,
    request: Request<ListBreakGlassRequest>,
) -> Result<ListBreakGlassResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    if !request.case_id.is_empty() {
        store::case::look(&tx, &request.case_id).await?;
    }
    let (found, next) = store::break_glass::list(&tx, &request.case_id, request.unreviewed_only, &page).await?;
    let ids: Vec<&str> = found.iter().map(|(glass, _)| glass.id.as_str()).collect();
    tx.record(Act::new("break_glass.listed", scope.account_text()).detail("ids", ids));
    let entry = |(glass, case): &(BreakGlass, Case)| {
        convert::break_glass::entry(glass, case, store::break_glass::asks(&tx, glass, case))
    };
    let break_glasses = found.iter().map(entry).collect();
    tx.commit().await?;
    Ok(ListBreakGlassResponse { break_glasses, next_page_token: next })
}
