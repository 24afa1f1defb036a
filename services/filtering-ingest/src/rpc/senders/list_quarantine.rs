//! Lists what waits in a sender's quarantine, by key and reason: how many lines, and nothing that is in them.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::filtering_ingest::v1::{ListQuarantineRequest, ListQuarantineResponse};
use tonic::Request;

use super::{convert, place};
use crate::{App, store};

pub(super) async fn list_quarantine(
    app: &App,
    request: Request<ListQuarantineRequest>,
) -> Result<ListQuarantineResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (sender, _) = store::sender::load(&tx, &request.school_id, &request.sender_id).await?;
    tx.record(Act::new("quarantine.listed", sender.id.as_str()));
    tx.enter(&scope.of_sender(sender.id.as_str())).await?;
    let (groups, next) = store::quarantine::list(&tx, sender.id.as_str(), &page).await?;
    tx.commit().await?;
    Ok(ListQuarantineResponse { keys: groups.into_iter().map(convert::key).collect(), next_page_token: next })
}
