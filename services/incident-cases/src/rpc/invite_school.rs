//! Opens a case to another school, behind the gate on wider contact. The invitation says nothing of any child.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    event::Event,
    history::Act,
    id::SchoolId,
};
use proto::{
    event::v1::SchoolInvited,
    incident_cases::v1::{InviteSchoolRequest, InviteSchoolResponse},
};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    outside::still_here,
    sharing::{add_learner, let_go, write_item},
    unnamed::{Said, of_cases, unnamed, unnamed_in},
};
use crate::{
    App,
    case::Case,
    custody::Disclosure,
    rules::{NAME_MAX, NARRATIVE_MAX},
    shared_incident::{Invitation, SharedIncident, SharedIncidentId, Whole, item::What},
    store,
};

pub(super) async fn invite_school(app: &App, request: Request<InviteSchoolRequest>) -> Result<InviteSchoolResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.text("summary", "what the other school needs to know, without names", &request.summary, NARRATIVE_MAX);
    violations.line("contact", "whom to ring", &request.contact, NAME_MAX);
    let invited = request.to_school_id.parse::<SchoolId>();
    violations.check(invited.is_ok(), "to_school_id", UNKNOWN);
    let other = request.to_school_id != request.school_id;
    violations.check(other, "to_school_id", "Select another school than your own");
    violations.finish()?;
    let invited = invited.map_err(|_| unknown_school())?;
    still_here(app, invited.as_str(), "Select another school: this one has left the platform").await?;
    let mut tx =
        match once(app, &scope, &request.request_id, &request, |_| About::Case(request.case_id.clone())).await? {
            Once::Fresh(tx) => tx,
            Once::Answered(answer) => return Ok(answer),
        };
    let mut case = store::case::load(&tx, &request.case_id).await?;
    case.may_share(tx.now())?;
    case.use_override("other_school");
    if !store::copy::knows_school(&tx, invited.as_str()).await? {
        return Err(unknown_school());
    }
    let inside = let_go(&mut tx, &mut case).await?.map(|sharing| sharing.id.to_string());
    let said = Said {
        texts: &[("summary", request.summary.as_str()), ("contact", request.contact.as_str())],
        no_learner_meant: request.no_learner_meant,
    };
    let close = of_cases(&tx, &[&case], |_| String::new()).await?;
    let sharing = match inside {
        Some(id) => {
            let mut whole = store::shared::load(&tx, &id, &request.school_id).await?;
            unnamed_in(&mut tx, &whole, &request.school_id, said).await?;
            whole.sharing.led_by(&request.school_id)?;
            whole.sharing.may_ask(invited.as_str())?;
            // What this school is told stands in the part that all of them read, as the first one's does.
            write_item(&mut tx, &mut whole, &request.school_id, What::entry(&request.summary)).await?;
            whole.sharing
        }
        // Whoever left an incident, or was removed from it, may share their own case anew.
        None => {
            unnamed(&mut tx, &close, said, case.id.as_str()).await?;
            let opening = open(&case, tx.ids().next(), &request, tx.now());
            let sharing = store::shared::open(&mut tx, &opening, &request.school_id).await?;
            case.belongs_to(sharing.id.as_str());
            let mut whole = Whole { sharing, opening, items: Vec::new(), waiting: Vec::new(), ended: Vec::new() };
            // Whose contact is marked is nobody of the school: no label says that they are.
            let outside = store::contact::outsiders(&tx, case.id.as_str()).await?;
            for part in case.involvements.iter().filter(|part| part.child() && !outside.contains(&part.id)) {
                add_learner(&mut tx, &mut whole, &request.school_id, &case, part).await?;
            }
            whole.sharing
        }
    };
    if store::invitation::waits_for(&tx, sharing.id.as_str(), invited.as_str()).await? {
        return Err(Error::wrong_state("this school is invited already"));
    }
    let invitation = Invitation {
        id: tx.ids().next(),
        shared_incident_id: sharing.id.clone(),
        from_school_id: request.school_id.clone(),
        to_school_id: invited.to_string(),
        contact: request.contact.trim().to_owned(),
        sent_at: tx.now(),
        answer: None,
    };
    let body = store::invitation::insert(&tx, &invitation).await?;
    tx.record(
        Act::new("school.invited", invitation.id.as_str()).detail("to", invited.as_str()).state("invitation", &body),
    );
    let body = store::case::update(&tx, &mut case).await?;
    tx.record(Act::new("case.shared", case.id.as_str()).state("case_file", &body));
    let told = Disclosure {
        id: tx.ids().next(),
        item: invitation.id.to_string(),
        involvement: String::new(),
        school_id: request.school_id.clone(),
        case_id: case.id.to_string(),
        recipient_kind: "other_school".to_owned(),
        recipient: invited.to_string(),
        shared: true,
        what: request.summary.trim().to_owned(),
        basis: "safeguarding".to_owned(),
        reason: "Children of both schools are concerned".to_owned(),
        stamp: super::work::who(&scope, tx.now()).stamp(),
    };
    store::register::keep_disclosure(&mut tx, &told).await?;
    let event = SchoolInvited { shared_incident_id: sharing.id.to_string(), invited_school_id: invited.to_string() };
    tx.announce(case.id.as_str(), Event::SchoolInvited(event)).await?;
    let response = InviteSchoolResponse {
        invitation: Some(convert::sharing::invitation(&invitation, &request.school_id)),
        case: Some(convert::case(&case.as_seen(store::access::reader(&tx)), tx.now())),
    };
    tx.answer_about(case.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}

/// What to do where no such school is known.
const UNKNOWN: &str = "Select a school of this authority";

fn unknown_school() -> Error {
    Error::invalid("to_school_id", UNKNOWN)
}

fn open(case: &Case, id: SharedIncidentId, request: &InviteSchoolRequest, now: time::OffsetDateTime) -> SharedIncident {
    SharedIncident {
        id,
        members: vec![case.school_id.clone()],
        title: case.procedure.title.clone(),
        summary: request.summary.trim().to_owned(),
        learner_labels: Vec::new(),
        entries: Vec::new(),
        opened_at: now,
    }
}
