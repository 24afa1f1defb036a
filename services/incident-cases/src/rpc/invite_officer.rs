//! The leading school asks the authority's safeguarding officer into a shared incident.

use chassis::{
    caller::Caller,
    db::Once,
    desk::Desk,
    error::{Error, Result, Violations},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::SharingChanged,
    incident_cases::v1::{InviteOfficerRequest, InviteOfficerResponse},
};
use tonic::Request;

use super::{
    convert,
    once::once,
    sharing::{about, keep_answer, stamp, write_item},
    unnamed::{Said, unnamed_in},
    work::{name, words},
};
use crate::{
    App,
    custody::Disclosure,
    shared_incident::{Invitation, item::What},
    store,
};

pub(super) async fn invite_officer(app: &App, request: Request<InviteOfficerRequest>) -> Result<InviteOfficerResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why, without names", &request.reason);
    name(&mut v, "contact", "whom to ring", &request.contact);
    v.finish()?;
    let (id, holder) = (request.shared_incident_id.as_str(), request.school_id.as_str());
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| about(id, holder)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut whole = store::shared::load(&tx, id, holder).await?;
    let desk = Desk::Safeguarding.holder();
    whole.sharing.led_by(holder)?;
    whole.sharing.may_ask(&desk)?;
    if store::invitation::waits_for(&tx, id, &desk).await? {
        return Err(Error::wrong_state("the officer is invited already"));
    }
    let said = Said {
        texts: &[("reason", request.reason.as_str()), ("contact", request.contact.as_str())],
        no_learner_meant: request.no_learner_meant,
    };
    unnamed_in(&mut tx, &whole, holder, said).await?;
    let invitation = Invitation {
        id: tx.ids().next(),
        shared_incident_id: whole.sharing.id.clone(),
        from_school_id: request.school_id.clone(),
        to_school_id: desk.clone(),
        contact: request.contact.trim().to_owned(),
        sent_at: tx.now(),
        answer: None,
    };
    let body = store::invitation::insert(&tx, &invitation).await?;
    tx.record(Act::new("officer.invited", invitation.id.as_str()).state("invitation", &body));
    write_item(&mut tx, &mut whole, holder, What::change("officer_asked", &desk, &request.reason)).await?;
    let asked_id = invitation.id.to_string();
    whole.waiting.push(invitation);
    let told = Disclosure {
        id: tx.ids().next(),
        item: asked_id,
        involvement: String::new(),
        school_id: request.school_id.clone(),
        case_id: store::case::linked(&tx, id, holder).await?.into_iter().next().map(|(id, _)| id).unwrap_or_default(),
        recipient_kind: "agency".to_owned(),
        recipient: "The authority\u{2019}s safeguarding officer".to_owned(),
        shared: true,
        what: "The shared part of the incident, in which learners are called by role labels".to_owned(),
        basis: "safeguarding".to_owned(),
        reason: request.reason.trim().to_owned(),
        stamp: stamp(&tx),
    };
    store::register::keep_disclosure(&mut tx, &told).await?;
    let (shared_incident_id, change) = (id.to_owned(), "officer_asked".to_owned());
    let event = SharingChanged { shared_incident_id, change, school_id: String::new() };
    tx.announce(id, Event::SharingChanged(event)).await?;
    let response = InviteOfficerResponse { shared_incident: Some(convert::sharing::shared_incident(&whole, holder)) };
    keep_answer(&mut tx, &whole.sharing, holder, &response).await?;
    tx.commit().await?;
    Ok(response)
}
