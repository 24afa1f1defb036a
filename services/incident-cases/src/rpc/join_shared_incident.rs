//! The authority's safeguarding officer comes into a shared incident: because the leading school asked, or under a duty,
//! whose reason everybody in it reads.

use chassis::{
    caller::{Caller, Scope},
    db::{Once, Tx},
    desk::Desk,
    error::{Error, Kind, Result, Violations},
    history::Act,
    id::SchoolId,
};
use proto::incident_cases::v1::{JoinSharedIncidentRequest, JoinSharedIncidentResponse};
use tonic::Request;

use super::{
    convert,
    once::once,
    sharing::{about, keep_answer, stamp, tell, write_item},
    work::words,
};
use crate::{
    App,
    custody::Disclosure,
    shared_incident::{
        Answer,
        item::What,
        sharing::{Ground, Sharing},
    },
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
    let lead = leading(app, &request).await?;
    let holder = Desk::Safeguarding.holder();
    let id = request.shared_incident_id.as_str();
    // Wrapping the keys for the desk is done with the leading school's, and that the officer came is entered at every school
    // in it, within this one transaction.
    let all = at_every_school(app, &scope, &lead, id).await?;
    let mut tx = match once(app, &all, &request.request_id, &request, |_| about(id, &holder)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut sharing = store::shared::hold(&tx, id, lead.as_str()).await?;
    if sharing.lead() != lead.as_str() {
        return Err(Error::missing());
    }
    if !sharing.schools().all(|school| all.schools().iter().any(|known| known.as_str() == school)) {
        return Err(Error::changed());
    }
    let asked = store::invitation::waiting_for(&tx, id, &holder).await?;
    // Whoever says under which duty comes under that, whether or not they were asked, too: no school undoes it.
    let invited = asked.is_some() && request.reason.trim().is_empty();
    let ground = if invited { Ground::Invitation } else { Ground::Duty };
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
    if ground == Ground::Duty {
        enter(&mut tx, &sharing, &request.reason).await?;
    }
    tell(&mut tx, &sharing, "officer_joined", &holder, &holder).await?;
    let shared = convert::sharing::shared_incident(&whole, &holder);
    let response = JoinSharedIncidentResponse { shared_incident: Some(shared) };
    keep_answer(&mut tx, &sharing, &holder, &response).await?;
    tx.commit().await?;
    Ok(response)
}

/// The school that leads it now, as the authority knows who is in what; nobody needs to say which.
///
/// # Errors
/// `Missing` where there is no such incident; `Invalid` where another school is said to lead.
async fn leading(app: &App, request: &JoinSharedIncidentRequest) -> Result<SchoolId> {
    // Who is in what names nobody; the caller is at a desk, which reaches no school's rows.
    let mut tx = app.store.begin(&Scope::system(app.store.name())).await?;
    let known = store::shared::peek(&tx, &request.shared_incident_id, "").await;
    tx.silent();
    tx.commit().await?;
    let said = request.lead_school_id.trim();
    let leads = match known {
        Ok(sharing) => sharing.lead().to_owned(),
        // What earlier versions opened, and nobody came or went since: whoever asks says who opened it.
        Err(error) if error.kind() == Kind::Missing => return said.parse().map_err(|_| Error::missing()),
        Err(error) => return Err(error),
    };
    if leads.is_empty() {
        return Err(Error::wrong_state(
            "no school is in this incident any more: each has its own case, and what it wrote",
        ));
    }
    if !said.is_empty() && said != leads {
        let fix = "Enter the school that leads the incident now, or leave this empty";
        return Err(Error::invalid("lead_school_id", fix));
    }
    leads.parse().map_err(Error::internal)
}

/// The desk's scope, with every school that is in the incident now; the leading one first.
async fn at_every_school(app: &App, scope: &Scope, lead: &SchoolId, id: &str) -> Result<Scope> {
    let led = scope.also_at(lead);
    let mut tx = app.store.begin(&led).await?;
    let sharing = store::shared::peek(&tx, id, lead.as_str()).await?;
    tx.silent();
    tx.commit().await?;
    let others = sharing.schools().filter(|school| *school != lead.as_str());
    let others: Vec<SchoolId> = others.map(|school| school.parse().map_err(Error::internal)).collect::<Result<_>>()?;
    Ok(others.iter().fold(led, |scope, school| scope.also_at(school)))
}

/// Enters at every school in it that the officer came and reads the shared part, under which duty.
async fn enter(tx: &mut Tx, sharing: &Sharing, duty: &str) -> Result<()> {
    let officer = "The authority\u{2019}s safeguarding officer";
    let name = tx.scope().account_name();
    let recipient = if name.is_empty() { officer.to_owned() } else { format!("{officer}, {name}") };
    for school in sharing.schools() {
        let linked = store::case::linked(tx, sharing.id.as_str(), school).await?;
        let told = Disclosure {
            id: tx.ids().next(),
            item: String::new(),
            involvement: String::new(),
            school_id: school.to_owned(),
            case_id: linked.into_iter().next().map(|(id, _)| id).unwrap_or_default(),
            recipient_kind: "agency".to_owned(),
            recipient: recipient.clone(),
            shared: true,
            what: "The shared part of the incident, in which learners are called by role labels".to_owned(),
            basis: "legal_duty".to_owned(),
            reason: format!("Came in under a duty: {}", duty.trim()),
            stamp: stamp(tx),
        };
        store::register::keep_disclosure(tx, &told).await?;
    }
    Ok(())
}
