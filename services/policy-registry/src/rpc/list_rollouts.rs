//! Lists the roll-outs, newest first.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::policy_registry::v1::{ListRolloutsRequest, ListRolloutsResponse};
use tonic::Request;

use super::work::rollouts;
use crate::{App, store};

pub(super) async fn list_rollouts(app: &App, request: Request<ListRolloutsRequest>) -> Result<ListRolloutsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let mut found = store::rollout::list(&tx, &page).await?;
    let next_page_token = page.cut(&mut found, |rollout| rollout.id.to_string());
    let mut shown = Vec::with_capacity(found.len());
    for rollout in &found {
        shown.push(rollouts::shown(&tx, rollout).await?);
    }
    tx.record(Act::new("rollout.listed", "rollouts").detail("count", shown.len()));
    tx.commit().await?;
    Ok(ListRolloutsResponse { rollouts: shown, next_page_token })
}
