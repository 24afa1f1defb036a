//! Lists the lines of a feed that were not taken: reason and place, nothing of their text.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::filtering_ingest::v1::{ListRejectedLinesRequest, ListRejectedLinesResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_rejected_lines(
    app: &App,
    request: Request<ListRejectedLinesRequest>,
) -> Result<ListRejectedLinesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let feed = store::feed::load(&tx, &request.feed_id).await?;
    let (rows, next) = store::feed::rejected(&tx, feed.id.as_str(), &page).await?;
    let (kept_lines, _) = store::unread::held(&tx, feed.id.as_str()).await?;
    tx.record(Act::new("rejected_line.listed", feed.id.as_str()).detail("count", rows.len()));
    tx.commit().await?;
    let rejected_lines = rows.into_iter().map(convert::rejected_line).collect();
    Ok(ListRejectedLinesResponse { rejected_lines, next_page_token: next, kept_lines })
}
