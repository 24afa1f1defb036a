//! The authority's safeguarding officer comes into a shared incident: because the leading school asked, or under a duty,
//! whose reason everybody in it reads.

use chassis::{
    caller::Caller,
    db::Once,
    desk::Desk,
    error::{Error, Result, Violations},
    history::Act,
    id::SchoolId,
};
use proto::incident_cases::v1::{JoinSharedIncidentRequest, JoinSharedIncidentResponse};
use tonic::Request;

use super::{
    convert,
    once::once,
    sharing::{about, keep_answer, tell, write_item},
    work::words,
};
use crate::{
    App,
    shared_incident::{Answer, item::What, sharing::Ground},
    store,
};

pub(super) async fn join_shared_incident(
    app: &App,
    request: Request<JoinSharedIncidentRequest>,
) -> Result<JoinSharedIncidentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    if scope.desk() != Some(Desk::Safeguarding) {
        return Err(Error::missing());
    }
    let lead: SchoolId = request.lead_school_id.parse().map_err(|_| Error::missing())?;
    let holder = Desk::Safeguarding.holder();
    let id = request.shared_incident_id.as_str();
    // Wrapping the keys for the desk is done with the leading school's, within this one transaction.
    let both = scope.also_at(&lead);
    let mut tx = match once(app, &both, &request.request_id, &request, |_| about(id, &holder)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut sharing = store::shared::hold(&tx, id, lead.as_str()).await?;
    if sharing.lead() != lead.as_str() {
        return Err(Error::missing());
    }
    let asked = store::invitation::waiting_for(&tx, id, &holder).await?;
    let ground = if asked.is_some() { Ground::Invitation } else { Ground::Duty };
    if ground == Ground::Duty {
        let mut v = Violations::new();
        words(&mut v, "reason", "the duty, and why it calls for this; every school in it reads this", &request.reason);
        v.finish()?;
    }
    sharing.admit(&holder, ground, tx.now())?;
    store::shared::admit(&tx, &sharing, &holder).await?;
    store::shared::keep(&mut tx, &sharing, "sharing.officer_joined", "").await?;
    if let Some(mut asked) = asked {
        let by = scope.account_text().to_owned();
        let answer = Answer { accepted: true, withdrawn: false, reason: String::new(), by, at: tx.now() };
        asked.answer(answer)?;
        let body = store::invitation::update(&tx, &asked).await?;
        tx.record(Act::new("invitation.accepted", asked.id.as_str()).state("invitation", &body));
    }
    let mut whole = store::shared::load(&tx, id, &holder).await?;
    let what = What::change("officer_joined", &holder, &request.reason);
    write_item(&mut tx, &mut whole, &holder, what).await?;
    tell(&mut tx, &sharing, "officer_joined", &holder, &holder).await?;
    let shared = convert::sharing::shared_incident(&whole, &holder);
    let response = JoinSharedIncidentResponse { shared_incident: Some(shared) };
    keep_answer(&mut tx, &sharing, &holder, &response).await?;
    tx.commit().await?;
    Ok(response)
}
