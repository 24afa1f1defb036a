//! The part of an incident that its schools share: role labels, a summary, entries. Nothing of either school's case.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{AddSharedEntryRequest, GetSharedIncidentRequest, SharedIncident},
};
use serde::Serialize;

use super::{
    case::page::Event,
    posted::Posted,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    form::{Field, Form},
    part::{Head, Row},
    words,
};

/// The shared part.
#[derive(Debug, Serialize)]
pub struct SharedPage {
    head: Head,
    kind: String,
    rows: Vec<Row>,
    summary: String,
    learners: Vec<String>,
    entries: Vec<Event>,
    form: Option<Form>,
}

impl Page for SharedPage {
    const TEMPLATE: &'static str = "shared_incident.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use crate::pages::part::Link;
        let form = || Form::new("/e", "Add the entry", "1".into(), fields());
        let head = || Head::new("Shared incident", vec![Link::new("Home", "/")]);
        let page = |form, entries, learners| Self {
            head: head(),
            kind: "Online sexual violence or harassment between children".into(),
            rows: vec![Row::new("Schools", "Harrowmere High School, your school")],
            summary: "Two learners".into(),
            learners,
            entries,
            form,
        };
        let wrong = form().refused(&Error::invalid("text", "Enter what the schools should know"), "");
        vec![
            page(
                Some(form()),
                vec![Event::new("Entry", "9:32am, by Harrowmere", "Rang")],
                vec!["Learner 1, Year 9".into()],
            ),
            page(Some(wrong), vec![], vec![]),
        ]
    }
}

/// What is asked of an entry.
pub fn fields() -> Vec<Field> {
    vec![
        Field::long_text("text", "What should every school of this incident know?")
            .hint("No names: write “Learner 1” instead."),
    ]
}

async fn fetch(visit: &Visit, shared_incident_id: &str) -> Result<SharedIncident, Error> {
    let asked =
        GetSharedIncidentRequest { school_id: visit.school.clone(), shared_incident_id: shared_incident_id.to_owned() };
    heard(visit.cases()?.get_shared_incident(ask(asked))).await?.shared_incident.ok_or_else(Error::missing)
}

async fn page(visit: &Visit, shared: &SharedIncident, form: Form) -> SharedPage {
    let mut schools = Vec::new();
    for school in &shared.member_school_ids {
        schools.push(school_of(visit, school).await);
    }
    let mut rows = vec![Row::new("Schools", words::sentence(&schools.join(", ")))];
    rows.push(Row::new("Led by", words::sentence(&school_of(visit, &shared.lead_school_id).await)));
    rows.extend(Row::some("Opened", words::stamp(shared.create_time.as_ref())));
    let mut entries = Vec::new();
    for entry in shared.entries.iter().rev() {
        let when = words::stamp(entry.create_time.as_ref()).unwrap_or_default();
        let by = school_of(visit, &entry.school_id).await;
        entries.push(Event::new("Entry", format!("{when}, by {by}"), entry.text.clone()));
    }
    SharedPage {
        head: Head::new("Shared incident", visit.crumbs(&[("Invitations", visit.at("/invitations"))])),
        kind: shared.title.clone(),
        rows,
        summary: shared.summary.clone(),
        learners: shared.learner_labels.clone(),
        entries,
        form: Some(form),
    }
}

async fn school_of(visit: &Visit, school_id: &str) -> String {
    if school_id == visit.school { "your school".to_owned() } else { visit.school_name(school_id).await }
}

fn form(visit: &Visit, shared_incident_id: &str) -> Form {
    visit.form(visit.at(&format!("/shared-incidents/{shared_incident_id}/entries")), "Add the entry", fields())
}

/// Shows the shared part.
pub async fn show(visit: Visit, Path((_, shared_incident_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    let shared = fetch(&visit, &shared_incident_id).await?;
    let form = form(&visit, &shared_incident_id);
    visit.page(&page(&visit, &shared, form).await)
}

/// Adds to it.
pub async fn add_entry(Path((_, shared_incident_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = AddSharedEntryRequest {
        school_id: visit.school.clone(),
        shared_incident_id: shared_incident_id.clone(),
        text: answers.text("text"),
        request_id: answers.request_id(),
    };
    match heard(visit.cases()?.add_shared_entry(ask(command))).await {
        Ok(_) => visit.to(&visit.at(&format!("/shared-incidents/{shared_incident_id}?done=entry"))),
        Err(error) => {
            let form = visit.mended(form(&visit, &shared_incident_id), &answers, &error, "")?;
            let shared = fetch(&visit, &shared_incident_id).await?;
            visit.page_again(&page(&visit, &shared, form).await, &error)
        }
    }
}
