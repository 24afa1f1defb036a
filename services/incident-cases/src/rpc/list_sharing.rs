//! Lists for the authority which schools share incidents with which: no child, no word of what was written.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListSharingRequest, ListSharingResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_sharing(app: &App, request: Request<ListSharingRequest>) -> Result<ListSharingResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (found, next) = store::shared::all(&tx, &page).await?;
    tx.record(Act::new("sharing.listed", scope.account_text()).detail("count", found.len()));
    tx.commit().await?;
    Ok(ListSharingResponse {
        sharings: found.iter().map(|sharing| convert::sharing::listed(sharing, "")).collect(),
        next_page_token: next,
    })
}
