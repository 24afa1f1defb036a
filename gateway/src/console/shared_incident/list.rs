//! The shared incidents that a school is in.

use axum::extract::Query;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, ListSharedIncidentsRequest, SharedMember, Sharing},
};
use serde::{Deserialize, Serialize};

use super::Names;
use crate::{
    console::visit::{Answer, Visit, ask, heard},
    pages::{
        Page,
        part::{Head, Link, Pager},
        words,
    },
};

/// How many a page shows.
pub const SHOWN: i32 = 50;

/// Which page.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Where it begins.
    #[serde(default)]
    pub page_token: String,
}

/// Shared incidents, listed.
#[derive(Debug, Serialize)]
pub struct SharedList {
    head: Head,
    lead: &'static str,
    acts: Vec<Link>,
    /// Schools at which something waits that nobody reads.
    unheld: Vec<Unheld>,
    lines: Vec<Line>,
    none: &'static str,
    pager: Pager,
}

/// A school at which something waits that nobody there reads: nothing of it is said.
#[derive(Debug, Serialize)]
pub struct Unheld {
    /// The school's name.
    pub school: String,
    /// Since when.
    pub since: String,
}

/// One of them.
#[derive(Debug, Serialize)]
pub struct Line {
    link: Link,
    hint: String,
    /// What can be done with it without opening it.
    acts: Vec<Link>,
}

impl Page for SharedList {
    const TEMPLATE: &'static str = "shared_incidents.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let shared = super::sample();
        let sharing = Sharing {
            shared_incident_id: "shi_1".into(),
            lead_school_id: shared.lead_school_id,
            title: shared.title,
            members: shared.members,
            create_time: shared.create_time,
            close_time: shared.create_time,
        };
        let head = || Head::new("Shared incidents", vec![Link::new("Home", "/")]);
        let line = Line::new(&sharing, &super::sample_names(), Link::new("A <kind>", "/x"));
        let line = line.act(Link::new("Remove a school", "/y"));
        let left = Sharing { lead_school_id: String::new(), members: Vec::new(), ..sharing };
        let left = Line::new(&left, &super::sample_names(), Link::new("A <kind>", "/z"));
        let acts = vec![Link::new("Invitations", "/i")];
        let pager = Pager::new("/shared-incidents", &[], "", "x");
        vec![
            Self::new(head(), "Which schools.", acts, vec![line, left], "None.", pager).waiting(vec![Unheld {
                school: "Thistledown <Grange>".into(),
                since: "Waits since yesterday, 9:05pm".into(),
            }]),
            Self::new(head(), "", Vec::new(), Vec::new(), "None.", Pager::default()),
        ]
    }
}

impl Line {
    /// One with the schools that are in it.
    pub fn new(sharing: &Sharing, names: &Names, link: Link) -> Self {
        let inside = sharing.members.iter().filter(|m| matches!(m.state.as_str(), "lead" | "member"));
        let inside: Vec<String> = inside.map(|m| names.who(&m.school_id, &m.desk)).collect();
        let opened = words::stamp(sharing.create_time.as_ref()).unwrap_or_default();
        let closed = words::stamp(sharing.close_time.as_ref()).map(|at| format!("Closed {at}. ")).unwrap_or_default();
        let who = if sharing.lead_school_id.is_empty() {
            let last =
                sharing.members.iter().filter_map(|m| m.end_time.as_ref()).max_by_key(|at| (at.seconds, at.nanos));
            let ended = words::stamp(last).map(|at| format!(" since {at}")).unwrap_or_default();
            format!("No school is in it{ended}, and nobody reads it.")
        } else {
            let lead = words::sentence(&names.who(&sharing.lead_school_id, ""));
            format!("{lead} leads it. In it: {}", inside.join(", "))
        };
        let hint = format!("{closed}Opened {opened}. {who}");
        Self { link, hint, acts: Vec::new() }
    }

    /// With something that can be done with it.
    #[must_use]
    pub fn act(mut self, act: Link) -> Self {
        self.acts.push(act);
        self
    }
}

impl SharedList {
    /// A page of them.
    pub fn new(
        head: Head,
        lead: &'static str,
        acts: Vec<Link>,
        lines: Vec<Line>,
        none: &'static str,
        pager: Pager,
    ) -> Self {
        Self { head, lead, acts, unheld: Vec::new(), lines, none, pager }
    }

    /// With schools at which something waits that nobody reads.
    #[must_use]
    pub fn waiting(self, unheld: Vec<Unheld>) -> Self {
        Self { unheld, ..self }
    }
}

/// The cases that may belong to another shared incident, each with what it is called: those that belong to none, or to one that the
/// school is out of, or that is closed and in which no other school is.
///
/// # Errors
/// Where the list cannot be had.
pub async fn free(visit: &Visit, cases: Vec<Case>) -> Result<Vec<(String, String)>, Error> {
    let mut request =
        ListSharedIncidentsRequest { school_id: visit.school.clone(), page_size: SHOWN, ..Default::default() };
    let mut going_on = Vec::new();
    loop {
        let answer = heard(visit.cases()?.list_shared_incidents(ask(request.clone()))).await?;
        let goes_on = answer.sharings.into_iter().filter(|one| {
            let inside = |m: &&SharedMember| m.desk.is_empty() && matches!(m.state.as_str(), "lead" | "member");
            one.close_time.is_none() || one.members.iter().filter(inside).count() > 1
        });
        going_on.extend(goes_on.map(|one| one.shared_incident_id));
        if answer.next_page_token.is_empty() {
            break;
        }
        request.page_token = answer.next_page_token;
    }
    let free = cases.into_iter().filter(|case| !case.restricted && !going_on.contains(&case.shared_incident_id));
    Ok(free.map(|case| (case.case_id, format!("{}, {}", case.reference, case.procedure_title))).collect())
}

/// Every school in these.
pub fn named(all: &[Sharing]) -> impl Iterator<Item = &str> {
    all.iter().flat_map(|one| &one.members).map(|member| member.school_id.as_str()).filter(|id| !id.is_empty())
}

/// Lists them.
pub async fn show(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    let request = ListSharedIncidentsRequest {
        school_id: visit.school.clone(),
        page_size: SHOWN,
        page_token: asked.page_token.clone(),
    };
    let answer = heard(visit.cases()?.list_shared_incidents(ask(request))).await?;
    let names = Names::of(&visit, named(&answer.sharings)).await;
    let line = |one: &Sharing| {
        let page = visit.at(&format!("/shared-incidents/{}", one.shared_incident_id));
        Line::new(one, &names, Link::new(one.title.clone(), page))
    };
    visit.page(&SharedList::new(
        Head::new("Shared incidents", visit.crumbs(&[])),
        "Incidents that your school works together with others. Each school keeps its own case, which the others do not see.",
        vec![Link::new("Invitations", visit.at("/invitations"))],
        answer.sharings.iter().map(line).collect(),
        "Your school is in no shared incident.",
        Pager::new(&visit.at("/shared-incidents"), &[], &asked.page_token, &answer.next_page_token),
    ))
}
