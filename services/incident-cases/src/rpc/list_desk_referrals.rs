//! Lists what schools sent into the desk's inbox.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
    page::Page,
};
use proto::incident_cases::v1::{ListDeskReferralsRequest, ListDeskReferralsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_desk_referrals(
    app: &App,
    request: Request<ListDeskReferralsRequest>,
) -> Result<ListDeskReferralsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    if !["", "desk", "school", "nobody"].contains(&request.waits_for.as_str()) {
        return Err(Error::invalid("waits_for", "Select desk, school or nobody, or leave it out"));
    }
    let mut tx = app.store.begin(&scope).await?;
    let (found, next_page_token) = store::desk_referral::list(&tx, &request.waits_for, &page).await?;
    let total_size = store::desk_referral::count(&tx, &request.waits_for).await?;
    let ids: Vec<&str> = found.iter().map(|held| held.referral.id.as_str()).collect();
    tx.record(Act::new("desk_referral.listed", scope.account_text()).detail("ids", ids));
    let now = tx.now();
    tx.commit().await?;
    let referrals = found.iter().map(|held| convert::desk_referral::line(held, now)).collect();
    Ok(ListDeskReferralsResponse { referrals, next_page_token, total_size })
}
