//! Lists the concerns the caller recorded: that they arrived and were read, and nothing of what followed.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListMyConcernsRequest, ListMyConcernsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_my_concerns(
    app: &App,
    request: Request<ListMyConcernsRequest>,
) -> Result<ListMyConcernsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (concerns, next) = store::concern::list_of(&tx, scope.account_text(), &page).await?;
    tx.record(Act::new("concern.listed", scope.account_text()).detail("count", concerns.len()).detail("own", true));
    tx.commit().await?;
    Ok(ListMyConcernsResponse { concerns: concerns.iter().map(convert::my_concern).collect(), next_page_token: next })
}
