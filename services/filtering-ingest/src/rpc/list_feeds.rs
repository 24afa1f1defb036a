//! Lists a school's feeds.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::filtering_ingest::v1::{ListFeedsRequest, ListFeedsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_feeds(app: &App, request: Request<ListFeedsRequest>) -> Result<ListFeedsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    app.there_is(&caller, &request.school_id).await?;
    let mut tx = app.store.begin(&scope).await?;
    let (feeds, next) = store::feed::list(&tx, &page).await?;
    tx.record(Act::new("feed.listed", scope.account_text()).detail("count", feeds.len()));
    tx.commit().await?;
    let feeds = feeds.iter().map(|(feed, received, total)| convert::feed(feed, *received, *total)).collect();
    Ok(ListFeedsResponse { feeds, next_page_token: next })
}
