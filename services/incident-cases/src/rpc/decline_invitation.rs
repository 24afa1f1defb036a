//! Answers an invitation with no; the reason goes to the school that sent it.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::SharingChanged,
    incident_cases::v1::{DeclineInvitationRequest, DeclineInvitationResponse},
};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    unnamed::{Said, unnamed_outside},
};
use crate::{App, rules::NARRATIVE_MAX, shared_incident::Answer, store};

pub(super) async fn decline_invitation(
    app: &App,
    request: Request<DeclineInvitationRequest>,
) -> Result<DeclineInvitationResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.text("reason", "why, without names", &request.reason, NARRATIVE_MAX);
    violations.finish()?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut invitation = store::invitation::received(&tx, &request.invitation_id, &request.school_id).await?;
    let said = Said { texts: &[("reason", request.reason.as_str())], no_learner_meant: request.no_learner_meant };
    let incident = invitation.shared_incident_id.to_string();
    unnamed_outside(&mut tx, &incident, &request.school_id, said, invitation.id.as_str()).await?;
    let (by, reason) = (scope.account_text().to_owned(), request.reason.trim().to_owned());
    invitation.answer(Answer { accepted: false, withdrawn: false, reason, by, at: tx.now() })?;
    let body = store::invitation::update(&tx, &invitation).await?;
    tx.record(Act::new("invitation.declined", invitation.id.as_str()).state("invitation", &body));
    // Whoever waits for the answer is told that there is one; why not stands with the invitation.
    let event = SharingChanged {
        shared_incident_id: invitation.shared_incident_id.to_string(),
        change: "declined".to_owned(),
        school_id: request.school_id.clone(),
    };
    tx.announce_at(&invitation.from_school_id, invitation.id.as_str(), Event::SharingChanged(event)).await?;
    let response =
        DeclineInvitationResponse { invitation: Some(convert::sharing::invitation(&invitation, &request.school_id)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
