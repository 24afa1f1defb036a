//! Lets the caller's school into a shared incident: from this commit on it holds a key, and not before.

use chassis::{
    caller::{Caller, Scope},
    db::Once,
    error::{Error, Result},
    event::Event,
    history::Act,
    id::SchoolId,
};
use proto::{
    event::v1,
    incident_cases::v1::{AcceptInvitationRequest, AcceptInvitationResponse},
};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
};
use crate::{App, shared_incident::Answer, store};

pub(super) async fn accept_invitation(
    app: &App,
    request: Request<AcceptInvitationRequest>,
) -> Result<AcceptInvitationResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let lead = lead(app, &scope, &request.invitation_id).await?;
    // Wrapping the key for the new member is done with the leading school's, within this one transaction.
    let both = scope.also_at(&lead);
    let about = |answer: &AcceptInvitationResponse| match &answer.shared_incident {
        Some(shared) => About::Shared { id: shared.shared_incident_id.clone(), school: request.school_id.clone() },
        None => About::Permission,
    };
    let mut tx = match once(app, &both, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut invitation = store::shared::received(&tx, &request.invitation_id, &request.school_id).await?;
    let by = scope.account_text().to_owned();
    invitation.answer(Answer { accepted: true, reason: String::new(), by, at: tx.now() })?;
    let shared_id = invitation.shared_incident_id.to_string();
    store::shared::admit(&tx, &shared_id, lead.as_str(), &request.school_id).await?;
    let mut shared = store::shared::load(&tx, &shared_id, &request.school_id).await?;
    shared.members.push(request.school_id.clone());
    let body = store::shared::update(&tx, &shared, &request.school_id).await?;
    tx.record(
        Act::new("shared_incident.joined", shared.id.as_str())
            .school(&request.school_id)
            .state("shared_incident", &body),
    );
    let body = store::shared::update_invitation(&tx, &invitation).await?;
    tx.record(
        Act::new("invitation.accepted", invitation.id.as_str()).school(&request.school_id).state("invitation", &body),
    );
    let event = Event::InvitationAccepted(v1::InvitationAccepted { shared_incident_id: shared_id });
    tx.announce_at(&request.school_id, shared.id.as_str(), event).await?;
    let response = AcceptInvitationResponse {
        invitation: Some(convert::invitation(&invitation, &request.school_id)),
        shared_incident: Some(convert::shared_incident(&shared)),
    };
    tx.answer_about(shared.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}

/// The school that sent the invitation.
async fn lead(app: &App, scope: &Scope, invitation_id: &str) -> Result<SchoolId> {
    let mut tx = app.store.begin(scope).await?;
    let invitation = store::shared::received(&tx, invitation_id, scope.school()?.as_str()).await?;
    tx.silent();
    tx.commit().await?;
    invitation.from_school_id.parse().map_err(Error::internal)
}
