//! Lists a school's senders, or the authority's.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::filtering_ingest::v1::{ListSendersRequest, ListSendersResponse};
use tonic::Request;

use super::{convert, place};
use crate::{App, store};

pub(super) async fn list_senders(app: &App, request: Request<ListSendersRequest>) -> Result<ListSendersResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    if !request.school_id.is_empty() {
        app.there_is(&caller, &request.school_id).await?;
    }
    let mut tx = app.store.begin(&scope).await?;
    let (known, next) = store::sender::list(&tx, &request.school_id, &page).await?;
    tx.record(Act::new("sender.listed", scope.account_text()).detail("count", known.len()));
    let mut senders = Vec::with_capacity(known.len());
    for (sender, received) in known {
        let sender = super::as_read(&tx, sender).await?;
        let total = super::total(&mut tx, &sender).await?;
        senders.push(convert::head(&sender, received, total));
    }
    tx.commit().await?;
    Ok(ListSendersResponse { senders, next_page_token: next })
}
