//! Which schools share incidents with which, as the authority sees it: no child, and nothing that was written.

use axum::extract::{Path, Query};
use chassis::{desk::Desk, error::Error};
use proto::{
    access::v1::{Permission, Role},
    incident_cases::v1::{ListSharingRequest, Sharing, StopSharingRequest},
};

use super::{
    posted::Posted,
    shared_incident::{
        Names,
        list::{Asked, Line, SHOWN, SharedList, named},
    },
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    form::{Field, FormPage},
    part::{Head, Link, Pager},
    words,
};

/// As many as one page of the list may have.
const MOST: i32 = 100;

/// Lists them.
pub async fn list(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    visit.needs(Permission::ShareOversee)?;
    let request = ListSharingRequest { page_size: SHOWN, page_token: asked.page_token.clone() };
    let answer = heard(visit.cases()?.list_sharing(ask(request))).await?;
    let names = Names::of(&visit, named(&answer.sharings)).await;
    let officer = visit.roles().contains(&Role::SafeguardingOfficer);
    let line = |one: &Sharing| {
        let id = &one.shared_incident_id;
        let mut line = Line::new(one, &names, Link::new("A shared incident", ""));
        // Where it is the only one, no other is there to lead it: it closes the incident.
        if inside(one).count() > 1 {
            line = line.act(Link::new("Remove a school", format!("/sharing/{id}/stop")));
        }
        let there = one.members.iter().any(|m| !m.desk.is_empty() && m.state == "member");
        if officer && !there && !one.lead_school_id.is_empty() {
            let desk = Desk::Safeguarding.name();
            let join = format!("/desks/{desk}/shared-incidents/{id}/join?lead={}", one.lead_school_id);
            return line.act(Link::new("Come in", join));
        }
        line
    };
    // What every school left comes last: nothing is to be done with it.
    let (left, led): (Vec<_>, Vec<_>) = answer.sharings.iter().partition(|one| one.lead_school_id.is_empty());
    visit.page(&SharedList::new(
        Head::new("Which schools share incidents", visit.crumbs(&[])),
        "You see which schools work an incident together, and no child and nothing that was written.",
        Vec::new(),
        led.into_iter().chain(left).map(line).collect(),
        "No incident is shared.",
        Pager::new("/sharing", &[], &asked.page_token, &answer.next_page_token),
    ))
}

/// What is asked; `schools` are ids and names.
pub fn stop_fields(schools: &[(String, String)]) -> Vec<Field> {
    let known = schools.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    vec![
        Field::select("removed_school_id", "Which school is removed?")
            .choices([("", "Choose a school")].into_iter().chain(known)),
        Field::long_text("reason", "Why?").hint("No names. Every school left in it reads this."),
    ]
}

/// The schools that are in one now.
fn inside(one: &Sharing) -> impl Iterator<Item = &str> {
    let inside = one.members.iter().filter(|m| matches!(m.state.as_str(), "lead" | "member"));
    inside.map(|m| m.school_id.as_str()).filter(|id| !id.is_empty())
}

/// One of those that are listed.
async fn found(visit: &Visit, id: &str) -> Result<Sharing, Error> {
    let mut request = ListSharingRequest { page_size: MOST, ..Default::default() };
    loop {
        let answer = heard(visit.cases()?.list_sharing(ask(request.clone()))).await?;
        if let Some(one) = answer.sharings.into_iter().find(|one| one.shared_incident_id == id) {
            return Ok(one);
        }
        if answer.next_page_token.is_empty() {
            return Err(Error::missing());
        }
        request.page_token = answer.next_page_token;
    }
}

async fn page(visit: &Visit, id: &str) -> Result<FormPage, Error> {
    let one = found(visit, id).await?;
    let names = Names::of(visit, inside(&one)).await;
    let schools: Vec<_> = inside(&one).map(|id| (id.to_owned(), words::sentence(&names.school(id)))).collect();
    let crumbs = visit.crumbs(&[("Sharing", "/sharing".to_owned())]);
    let head = Head::new("Remove a school from a shared incident", crumbs);
    let mut page = visit.form_page(head, format!("/sharing/{id}/stop"), "Remove the school", stop_fields(&schools));
    page.form = page.form.grave();
    Ok(page.lead("It reads nothing from the moment you send this, and cannot be invited again. Where it led, the school that came in first leads."))
}

/// Asks which, and why.
pub async fn show_stop(visit: Visit, Path(id): Path<String>) -> Answer {
    visit.needs(Permission::ShareOversee)?;
    visit.page(&page(&visit, &id).await?)
}

/// Removes it.
pub async fn stop(Path(id): Path<String>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = StopSharingRequest {
        shared_incident_id: id.clone(),
        removed_school_id: answers.text("removed_school_id"),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    let done = if command.removed_school_id.is_empty() {
        Err(Error::invalid("removed_school_id", "Select which school is removed"))
    } else {
        heard(visit.cases()?.stop_sharing(ask(command))).await
    };
    match done {
        Ok(_) => visit.to("/sharing?done=stopped_sharing"),
        Err(error) => visit.again(page(&visit, &id).await?, &answers, error, "/sharing"),
    }
}
