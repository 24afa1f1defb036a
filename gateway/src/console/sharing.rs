//! Which schools share incidents with which, as the authority sees it: no child, and nothing that was written.

use axum::extract::{Path, Query};
use chassis::{desk::Desk, error::Error};
use proto::{
    access::v1::{Permission, Role},
    incident_cases::v1::{ListSharingRequest, Sharing, StopSharingRequest},
};

use super::{
    authority,
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

/// Lists them.
pub async fn list(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    visit.needs(Permission::ShareOversee)?;
    let request = ListSharingRequest { page_size: SHOWN, page_token: asked.page_token.clone() };
    let answer = heard(visit.cases()?.list_sharing(ask(request))).await?;
    let names = Names::of(&visit, named(&answer.sharings)).await;
    let officer = visit.roles().contains(&Role::SafeguardingOfficer);
    let line = |one: &Sharing| {
        let id = &one.shared_incident_id;
        let line = Line::new(one, &names, Link::new("A shared incident", ""));
        let line = line.act(Link::new("Remove a school", format!("/sharing/{id}/stop")));
        let inside = one.members.iter().any(|m| !m.desk.is_empty() && m.state == "member");
        if officer && !inside {
            let desk = Desk::Safeguarding.name();
            let join = format!("/desks/{desk}/shared-incidents/{id}/join?lead={}", one.lead_school_id);
            return line.act(Link::new("Come in", join));
        }
        line
    };
    visit.page(&SharedList::new(
        Head::new("Which schools share incidents", visit.crumbs(&[])),
        "You see which schools work an incident together, and no child and nothing that was written.",
        Vec::new(),
        answer.sharings.iter().map(line).collect(),
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

async fn page(visit: &Visit, id: &str) -> Result<FormPage, Error> {
    let schools = authority::schools(visit).await?;
    let schools: Vec<_> = schools.into_iter().map(|school| (school.school_id, words::sentence(&school.name))).collect();
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
