//! Shared incidents at the safeguarding officer's desk: those the officer is in, and how they come in and go.

use axum::extract::{Path, Query};
use chassis::{clock::moment, desk::Desk, error::Error};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        AddDeskSharedEntryRequest, DeclineDeskInvitationRequest, GetDeskSharedIncidentRequest,
        JoinSharedIncidentRequest, LeaveDeskSharedIncidentRequest, ListDeskSharedIncidentsRequest,
        ListUnheldConcernsRequest, SharedIncident, Sharing,
    },
};
use serde::Deserialize;

use super::{at, crumbs, desk, school};
use crate::{
    console::{
        contact,
        posted::Posted,
        shared_incident::{
            Names, Place, SharedPage, fields,
            list::{Asked, Line, SHOWN, SharedList, Unheld, named},
            named as members,
        },
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, Form, FormPage},
        part::{Head, Link, Pager},
        words,
    },
};

/// The desk's name, where it is the safeguarding officer's.
fn name(visit: &Visit) -> Result<String, Error> {
    match desk(visit)? {
        Desk::Safeguarding => Ok(Desk::Safeguarding.name().to_owned()),
        _ => Err(Error::missing()),
    }
}

/// Lists those the officer is in, and the invitations that wait.
pub async fn list(visit: Visit, asked: Asked) -> Answer {
    let request =
        ListDeskSharedIncidentsRequest { desk: name(&visit)?, page_size: SHOWN, page_token: asked.page_token.clone() };
    let answer = heard(visit.cases()?.list_desk_shared_incidents(ask(request))).await?;
    let asking = answer.invitations.iter().map(|asked| asked.from_school_id.as_str());
    let names = Names::of(&visit, named(&answer.sharings).chain(asking)).await;
    let line = |one: &Sharing| {
        let page = at(&visit, &format!("/shared-incidents/{}", one.shared_incident_id));
        Line::new(one, &names, Link::new(one.title.clone(), page))
    };
    let mut acts = Vec::new();
    for asked in &answer.invitations {
        let school = words::sentence(&names.school(&asked.from_school_id));
        let join = join_place(&visit, &asked.shared_incident_id, &asked.from_school_id);
        acts.push(Link::new(format!("{school} asks you in: come in"), join));
        let decline = at(&visit, &format!("/invitations/{}/decline", asked.invitation_id));
        acts.push(Link::new(format!("{school} asks you in: decline"), decline));
    }
    let matches = contact::told_at_desk(&visit).await?;
    let matches = format!("Contacts that two schools know, to be looked at: {}", words::number(matches));
    acts.push(Link::new(matches, at(&visit, "/contact-matches")));
    acts.push(Link::new("Which schools share incidents", "/sharing"));
    let (token, next) = (&asked.page_token, &answer.next_page_token);
    let page = SharedList::new(
        Head::new("Shared incidents", Vec::new()),
        "Those you have come into. You come into one because the school that leads it asked you, or under a duty that you write down.",
        acts,
        answer.sharings.iter().map(line).collect(),
        "You are in no shared incident.",
        Pager::new(&at(&visit, ""), &[], token, next),
    );
    visit.page(&page.waiting(unheld(&visit).await?))
}

/// The schools at which a concern of a child who may not be safe waits, and nobody reads it: the officer calls them, and opens nothing.
async fn unheld(visit: &Visit) -> Result<Vec<Unheld>, Error> {
    let asked = ListUnheldConcernsRequest { desk: name(visit)? };
    let mut lines = Vec::new();
    for one in heard(visit.cases()?.list_unheld_concerns(ask(asked))).await?.schools {
        let since = one.since_time.as_ref().and_then(moment).map(|at| words::near(at, visit.now()));
        lines.push(Unheld {
            school: school(visit, &one.school_id).await,
            since: since.map(|since| format!("Waits since {since}")).unwrap_or_default(),
        });
    }
    Ok(lines)
}

/// What is asked of an officer who declines.
pub fn decline_fields() -> Vec<Field> {
    vec![Field::long_text("reason", "Why?").hint("No names. The school that invited you reads this.")]
}

fn decline_page(visit: &Visit, invitation_id: &str) -> FormPage {
    let action = at(visit, &format!("/invitations/{invitation_id}/decline"));
    let head = Head::new("Decline an invitation", crumbs(visit, &[]));
    visit.form_page(head, action, "Decline the invitation", decline_fields())
}

/// Asks why the officer does not come in.
pub async fn show_decline(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::DeskWork)?;
    name(&visit)?;
    visit.page(&decline_page(&visit, &id))
}

/// Says no.
pub async fn decline(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = DeclineDeskInvitationRequest {
        desk: name(&visit)?,
        invitation_id: id.clone(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    match heard(visit.cases()?.decline_desk_invitation(ask(command))).await {
        Ok(_) => visit.to(&at(&visit, "?done=declined")),
        Err(error) => visit.again(decline_page(&visit, &id), &answers, error, ""),
    }
}

/// Where the officer says that they come in.
pub fn join_place(visit: &Visit, id: &str, lead: &str) -> String {
    let desk = visit.desk.unwrap_or(Desk::Safeguarding).name();
    format!("/desks/{desk}/shared-incidents/{id}/join?lead={lead}")
}

async fn fetch(visit: &Visit, id: &str) -> Result<SharedIncident, Error> {
    let request = GetDeskSharedIncidentRequest { desk: name(visit)?, shared_incident_id: id.to_owned() };
    heard(visit.cases()?.get_desk_shared_incident(ask(request))).await?.shared_incident.ok_or_else(Error::missing)
}

async fn page(visit: &Visit, shared: &SharedIncident, form: Option<Form>) -> SharedPage {
    let names = Names::of(visit, members(shared)).await;
    let here = at(visit, &format!("/shared-incidents/{}", shared.shared_incident_id));
    SharedPage::new(shared, &names, Place { own: "", here: &here, crumbs: crumbs(visit, &[]) }, form)
}

fn entry_form(visit: &Visit, id: &str) -> Form {
    visit.form(at(visit, &format!("/shared-incidents/{id}/entries")), "Add the entry", fields())
}

/// Shows one.
pub async fn show(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::DeskRead)?;
    let shared = fetch(&visit, &id).await?;
    let form = visit.may(Permission::DeskWork).then(|| entry_form(&visit, &id));
    visit.page(&page(&visit, &shared, form).await)
}

/// Adds an entry of the officer's.
pub async fn add_entry(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = AddDeskSharedEntryRequest {
        desk: name(&visit)?,
        shared_incident_id: id.clone(),
        text: answers.text("text"),
        request_id: answers.request_id(),
    };
    match heard(visit.cases()?.add_desk_shared_entry(ask(command))).await {
        Ok(_) => visit.to(&at(&visit, &format!("/shared-incidents/{id}?done=entry"))),
        Err(error) => {
            let form = visit.mended(entry_form(&visit, &id), &answers, &error, "")?;
            let shared = fetch(&visit, &id).await?;
            visit.page_again(&page(&visit, &shared, Some(form)).await, &error)
        }
    }
}

/// What is asked of an officer who comes in.
pub fn join_fields() -> Vec<Field> {
    vec![
        Field::long_text(
            "reason",
            "Which duty is it, and why does it call for this? (optional where you were asked in)",
        )
        .hint("No names. Every school in it reads this."),
    ]
}

/// What is asked of an officer who goes.
pub fn leave_fields() -> Vec<Field> {
    vec![Field::long_text("reason", "Why?").hint("No names. Every school in it reads this.")]
}

/// Which school leads.
#[derive(Debug, Default, Deserialize)]
pub struct Led {
    #[serde(default)]
    lead: String,
}

fn join_page(visit: &Visit, id: &str, lead: &str) -> FormPage {
    let action = at(visit, &format!("/shared-incidents/{id}/join"));
    let head = Head::new("Come into a shared incident", crumbs(visit, &[]));
    let mut page = visit.form_page(head, action, "Come in", join_fields());
    page.form = page.form.carrying("lead", lead);
    page.lead("Every school in it is told that you came in, and why. You read the shared part and nothing of any school’s case.")
}

/// Asks for the duty.
pub async fn show_join(visit: Visit, Path((_, id)): Path<(String, String)>, Query(led): Query<Led>) -> Answer {
    visit.needs(Permission::DeskWork)?;
    name(&visit)?;
    visit.page(&join_page(&visit, &id, &led.lead))
}

/// Lets the officer in.
pub async fn join(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = JoinSharedIncidentRequest {
        desk: name(&visit)?,
        shared_incident_id: id.clone(),
        lead_school_id: answers.text("lead"),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    match heard(visit.cases()?.join_shared_incident(ask(command))).await {
        Ok(_) => visit.to(&at(&visit, &format!("/shared-incidents/{id}?done=shared"))),
        Err(error) => visit.again(join_page(&visit, &id, &answers.text("lead")), &answers, error, &at(&visit, "")),
    }
}

fn leave_page(visit: &Visit, id: &str) -> FormPage {
    let here = at(visit, &format!("/shared-incidents/{id}"));
    let crumbs = crumbs(visit, &[("Shared incident", here.clone())]);
    let mut page = visit.form_page(Head::new("Leave it", crumbs), format!("{here}/leave"), "Leave", leave_fields());
    page.form = page.form.grave();
    page.lead("You read nothing of it from the moment you send this.")
}

/// Asks why.
pub async fn show_leave(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::DeskWork)?;
    fetch(&visit, &id).await?;
    visit.page(&leave_page(&visit, &id))
}

/// Takes the officer out.
pub async fn leave(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = LeaveDeskSharedIncidentRequest {
        desk: name(&visit)?,
        shared_incident_id: id.clone(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    match heard(visit.cases()?.leave_desk_shared_incident(ask(command))).await {
        Ok(_) => visit.to(&at(&visit, "?done=left_shared")),
        Err(error) => visit.again(leave_page(&visit, &id), &answers, error, &at(&visit, "")),
    }
}
