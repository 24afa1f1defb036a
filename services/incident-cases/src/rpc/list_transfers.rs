//! Lists the handing over of children's files, out and in.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListTransfersRequest, ListTransfersResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_transfers(app: &App, request: Request<ListTransfersRequest>) -> Result<ListTransfersResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let learner = match request.learner_id.as_str() {
        "" => None,
        id => Some(store::learner::load(&tx, id).await?.id),
    };
    let (transfers, next_page_token) = store::transfer::list(&tx, learner.as_ref(), request.waiting, &page).await?;
    let ids: Vec<&str> = transfers.iter().map(|transfer| transfer.id.as_str()).collect();
    let parts = store::transfer::parts(&tx, &request.school_id, &ids).await?;
    let keeps = store::copy::clocks(&tx, &request.school_id).await?.keeps_copy;
    tx.record(Act::new("transfer.listed", scope.account_text()).detail("ids", ids));
    let now = tx.now();
    tx.commit().await?;
    let shown = |transfer: &crate::transfer::Transfer| {
        let part = parts.get(transfer.id.as_str());
        convert::transfer::transfer(transfer, part, (request.school_id.as_str(), keeps), now)
    };
    Ok(ListTransfersResponse { transfers: transfers.iter().map(shown).collect(), next_page_token })
}
