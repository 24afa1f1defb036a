//! Lists what the designated officer's desk is told of adults about whom several schools have concerns.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListDeskPatternsRequest, ListDeskPatternsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_desk_patterns(
    app: &App,
    request: Request<ListDeskPatternsRequest>,
) -> Result<ListDeskPatternsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (found, next_page_token) = store::desk_pattern::list(&tx, &page).await?;
    let unanswered_total = store::desk_pattern::unanswered(&tx).await?;
    let ids: Vec<&str> = found.iter().map(|one| one.id.as_str()).collect();
    tx.record(Act::new("desk_pattern.listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    let patterns = found.iter().map(convert::desk_pattern::pattern).collect();
    Ok(ListDeskPatternsResponse { patterns, next_page_token, unanswered_total })
}
