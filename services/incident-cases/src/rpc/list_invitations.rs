//! Lists the invitations that a school has received.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListInvitationsRequest, ListInvitationsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_invitations(
    app: &App,
    request: Request<ListInvitationsRequest>,
) -> Result<ListInvitationsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (invitations, next) = store::invitation::list_received(&tx, &request.school_id, &page).await?;
    let mut shown = Vec::with_capacity(invitations.len());
    for one in &invitations {
        let inside = one.state() != "accepted"
            || store::shared::finds(&tx, one.shared_incident_id.as_str(), &request.school_id).await?;
        let shows = if inside { convert::sharing::invitation } else { convert::sharing::gone };
        shown.push(shows(one, &request.school_id));
    }
    tx.record(Act::new("invitation.listed", scope.account_text()).detail("count", invitations.len()));
    tx.commit().await?;
    Ok(ListInvitationsResponse { invitations: shown, next_page_token: next })
}
