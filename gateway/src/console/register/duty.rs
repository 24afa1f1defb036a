//! What one has to read, accept and be trained in; reading and accepting a document in one's own name.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{AcceptDocumentRequest, Duty, ListMyDutiesRequest},
};
use serde::Serialize;

use super::day;
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::FormPage,
        part::{Head, Link, Row},
    },
};

/// What one has to do.
#[derive(Debug, Serialize)]
pub struct Duties {
    head: Head,
    open: Vec<One>,
    done: Vec<One>,
}

#[derive(Debug, Serialize)]
struct One {
    what: String,
    link: Link,
    when: String,
}

impl Page for Duties {
    const TEMPLATE: &'static str = "duties.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let duty = |kind: &str, done: &str| Duty {
            kind: kind.into(),
            title: "Rules <for> staff".into(),
            version: "2".into(),
            document_id: if kind == "train" { String::new() } else { "ren_1".into() },
            done_date: done.into(),
            due_date: "2026-11-01".into(),
            ..Duty::default()
        };
        let duties = [duty("accept", ""), duty("read", ""), duty("train", ""), duty("accept", "2026-11-24")];
        vec![Self::new(&duties, "2026-11-24", "/d", Vec::new()), Self::new(&[], "", "/d", Vec::new())]
    }
}

impl Duties {
    fn new(duties: &[Duty], today: &str, base: &str, crumbs: Vec<Link>) -> Self {
        let one = |duty: &Duty| {
            let version = if duty.version.is_empty() { String::new() } else { format!(", version {}", duty.version) };
            let href = if duty.document_id.is_empty() { String::new() } else { format!("{base}/{}", duty.document_id) };
            let what = match duty.kind.as_str() {
                "accept" => "Read and accept",
                "read" => "Read",
                _ => "Training",
            };
            let due = day(&duty.due_date);
            let when = match (duty.done_date.is_empty(), due.is_empty()) {
                (false, _) => day(&duty.done_date),
                (true, true) => due,
                (true, false) if duty.due_date.as_str() < today => format!("overdue: was due {due}"),
                (true, false) => format!("due {due}"),
            };
            One { what: what.to_owned(), link: Link::new(format!("{}{version}", duty.title), href), when }
        };
        let (done, open): (Vec<&Duty>, Vec<&Duty>) = duties.iter().partition(|duty| !duty.done_date.is_empty());
        Self {
            head: Head::new("Read and accept", crumbs),
            open: open.into_iter().map(one).collect(),
            done: done.into_iter().map(one).collect(),
        }
    }
}

async fn duties(visit: &Visit) -> Result<Vec<Duty>, Error> {
    let asked = ListMyDutiesRequest { school_id: visit.school.clone() };
    Ok(heard(visit.registry()?.list_my_duties(ask(asked))).await?.duties)
}

/// Lists them.
pub async fn list(visit: Visit) -> Answer {
    visit.needs(Permission::DutyAnswer)?;
    let duties = duties(&visit).await?;
    let today = chassis::clock::london(visit.now()).date().to_string();
    visit.page(&Duties::new(&duties, &today, &visit.at("/duties"), visit.crumbs(&[])))
}

async fn page(visit: &Visit, document_id: &str) -> Result<FormPage, Error> {
    let duty = duties(visit).await?.into_iter().find(|duty| duty.document_id == document_id);
    let duty = duty.ok_or_else(Error::missing)?;
    // What is answered needs no button.
    let button = match (duty.done_date.as_str(), duty.kind.as_str()) {
        ("", "accept") => "I have read this and accept it",
        ("", _) => "I have read this",
        _ => "",
    };
    let head = Head::new(duty.title.clone(), visit.crumbs(&[("Read and accept", visit.at("/duties"))]));
    let action = visit.at(&format!("/duties/{document_id}"));
    let mut page = visit.form_page(head.of(format!("Version {}", duty.version)), action, button, Vec::new());
    for paragraph in duty.text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        page = page.lead(paragraph);
    }
    page.rows.extend(Row::some("In full", Some(duty.url.clone())).map(|row| row.to(duty.url.clone())));
    page.rows.extend(Row::some("You answered it", Some(day(&duty.done_date))));
    Ok(page)
}

/// Shows a document.
pub async fn show(visit: Visit, Path((_, document_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::DutyAnswer)?;
    visit.page(&page(&visit, &document_id).await?)
}

/// Accepts it, or says that it was read.
pub async fn answer(Path((_, document_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = AcceptDocumentRequest {
        school_id: visit.school.clone(),
        document_id: document_id.clone(),
        request_id: answers.request_id(),
    };
    match heard(visit.registry()?.accept_document(ask(command))).await {
        Ok(_) => visit.to(&visit.at("/duties?done=duty")),
        Err(error) => visit.again(page(&visit, &document_id).await?, &answers, error, &visit.at("/duties")),
    }
}
