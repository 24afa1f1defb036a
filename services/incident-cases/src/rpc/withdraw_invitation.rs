//! Takes an invitation back before it is answered.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::incident_cases::v1::{WithdrawInvitationRequest, WithdrawInvitationResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
};
use crate::{App, shared_incident::Answer, store};

pub(super) async fn withdraw_invitation(
    app: &App,
    request: Request<WithdrawInvitationRequest>,
) -> Result<WithdrawInvitationResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    // Whoever accepts takes the incident first and the invitation then: so does this.
    let asked = store::invitation::peek(&tx, &request.invitation_id, &request.school_id).await?;
    store::shared::load(&tx, asked.shared_incident_id.as_str(), &request.school_id).await?;
    let mut invitation = store::invitation::sent(&tx, &request.invitation_id, &request.school_id).await?;
    let by = scope.account_text().to_owned();
    invitation.answer(Answer { accepted: false, withdrawn: true, reason: String::new(), by, at: tx.now() })?;
    let body = store::invitation::update(&tx, &invitation).await?;
    tx.record(Act::new("invitation.withdrawn", invitation.id.as_str()).state("invitation", &body));
    let response =
        WithdrawInvitationResponse { invitation: Some(convert::sharing::invitation(&invitation, &request.school_id)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
