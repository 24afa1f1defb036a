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
    sharing::{keep_answer, write_item},
};
use crate::{
    App,
    shared_incident::{Answer, item::What, sharing::Ground},
    store,
};

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
    // The incident first, then the invitation: whoever leads takes them in this order, too.
    let asked = store::invitation::peek_received(&tx, &request.invitation_id, &request.school_id).await?;
    let shared_id = asked.shared_incident_id.to_string();
    let mut sharing = store::shared::hold(&tx, &shared_id, lead.as_str()).await?;
    let mut invitation = store::invitation::received(&tx, &request.invitation_id, &request.school_id).await?;
    if invitation.from_school_id != lead.as_str() {
        return Err(Error::unavailable("another school leads the incident just now: try again"));
    }
    let by = scope.account_text().to_owned();
    let answer = Answer { accepted: true, withdrawn: false, reason: String::new(), by, at: tx.now() };
    invitation.answer(answer)?;
    sharing.admit(&request.school_id, Ground::Invitation, tx.now())?;
    store::shared::admit(&tx, &sharing, &request.school_id).await?;
    store::shared::keep(&mut tx, &sharing, "shared_incident.joined", &request.school_id).await?;
    let mut shared = store::shared::load(&tx, &shared_id, &request.school_id).await?;
    let what = What::change("joined", &request.school_id, "");
    write_item(&mut tx, &mut shared, &request.school_id, what).await?;
    let body = store::invitation::update(&tx, &invitation).await?;
    tx.record(
        Act::new("invitation.accepted", invitation.id.as_str()).school(&request.school_id).state("invitation", &body),
    );
    let event = Event::InvitationAccepted(v1::InvitationAccepted { shared_incident_id: shared_id });
    tx.announce_at(&request.school_id, sharing.id.as_str(), event).await?;
    let response = AcceptInvitationResponse {
        invitation: Some(convert::sharing::invitation(&invitation, &request.school_id)),
        shared_incident: Some(convert::sharing::shared_incident(&shared, &request.school_id)),
    };
    keep_answer(&mut tx, &sharing, &request.school_id, &response).await?;
    tx.commit().await?;
    Ok(response)
}

/// The school that sent the invitation.
async fn lead(app: &App, scope: &Scope, invitation_id: &str) -> Result<SchoolId> {
    let mut tx = app.store.begin(scope).await?;
    let invitation = store::invitation::received(&tx, invitation_id, scope.school()?.as_str()).await?;
    tx.silent();
    tx.commit().await?;
    invitation.from_school_id.parse().map_err(Error::internal)
}
