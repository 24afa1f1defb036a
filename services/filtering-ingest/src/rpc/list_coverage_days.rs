//! Lists the school days with how far the feeds covered each, newest first.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::filtering_ingest::v1::{ListCoverageDaysRequest, ListCoverageDaysResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_coverage_days(
    app: &App,
    request: Request<ListCoverageDaysRequest>,
) -> Result<ListCoverageDaysResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    app.there_is(&caller, &request.school_id).await?;
    let mut tx = app.store.begin(&scope).await?;
    if !request.feed_id.is_empty() {
        store::feed::load(&tx, &request.feed_id).await?;
    }
    let (days, next_page_token) = store::coverage::days(&tx, &request.feed_id, &page).await?;
    tx.record(Act::new("coverage_day.listed", scope.account_text()).detail("count", days.len()));
    tx.commit().await?;
    let days = days.iter().map(|(day, counted_at)| convert::day(&request.feed_id, day, *counted_at)).collect();
    Ok(ListCoverageDaysResponse { days, next_page_token })
}
