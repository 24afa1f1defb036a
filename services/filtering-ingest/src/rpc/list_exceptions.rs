//! Lists a school's exceptions: those that wait for a decision, then the others, newest first.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::filtering_ingest::v1::{ListExceptionsRequest, ListExceptionsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_exceptions(
    app: &App,
    request: Request<ListExceptionsRequest>,
) -> Result<ListExceptionsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    app.there_is(&caller, &request.school_id).await?;
    let mut tx = app.store.begin(&scope).await?;
    let (exceptions, next) = store::exception::list(&tx, &page).await?;
    let ids: Vec<&str> = exceptions.iter().map(|(exception, _)| exception.id.as_str()).collect();
    tx.record(Act::new("exception.listed", scope.account_text()).detail("ids", ids));
    let now = tx.now();
    tx.commit().await?;
    let exceptions = exceptions.iter().map(|(exception, used)| convert::exception::exception(exception, *used, now));
    Ok(ListExceptionsResponse { exceptions: exceptions.collect(), next_page_token: next })
}
