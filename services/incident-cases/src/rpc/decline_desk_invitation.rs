//! The safeguarding officer answers the leading school's invitation with no; why goes to that school.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::SharingChanged,
    incident_cases::v1::{DeclineDeskInvitationRequest, DeclineDeskInvitationResponse},
};
use tonic::Request;

use super::{
    convert,
    get_desk_shared_incident::holder,
    once::{About, once},
    work::words,
};
use crate::{App, shared_incident::Answer, store};

pub(super) async fn decline_desk_invitation(
    app: &App,
    request: Request<DeclineDeskInvitationRequest>,
) -> Result<DeclineDeskInvitationResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let holder = holder(&scope)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why, without names", &request.reason);
    v.finish()?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut invitation = store::invitation::received(&tx, &request.invitation_id, &holder).await?;
    let (by, reason) = (scope.account_text().to_owned(), request.reason.trim().to_owned());
    invitation.answer(Answer { accepted: false, withdrawn: false, reason, by, at: tx.now() })?;
    let body = store::invitation::update(&tx, &invitation).await?;
    tx.record(Act::new("invitation.declined", invitation.id.as_str()).state("invitation", &body));
    let event = SharingChanged {
        shared_incident_id: invitation.shared_incident_id.to_string(),
        change: "declined".to_owned(),
        school_id: String::new(),
    };
    tx.announce_at(&invitation.from_school_id, invitation.id.as_str(), Event::SharingChanged(event)).await?;
    let shown = convert::sharing::invitation(&invitation, &holder);
    let response = DeclineDeskInvitationResponse { invitation: Some(shown) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
