//! The authority's schools: the list, and adding one.

use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    policy_registry::v1::{CreateSchoolRequest, School},
};
use serde::Serialize;

use super::{
    authority,
    posted::Posted,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    form::{Answers, Field, FormPage},
    part::{Head, Link},
    words,
};

/// The list of schools.
#[derive(Debug, Serialize)]
pub struct Schools {
    head: Head,
    create: Link,
    schools: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    name: String,
    kind: String,
    urn: String,
    key_stages: String,
    policy: String,
    report: String,
}

impl Page for Schools {
    const TEMPLATE: &'static str = "schools.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let school = School {
            name: "Thistledown Grange School".into(),
            kind: "special".into(),
            urn: "123456".into(),
            key_stages: vec!["KS1".into()],
            ..School::default()
        };
        let page = |schools| Self {
            head: Head::new("Schools", vec![Link::new("Home", "/")]),
            create: Link::new("Add a school", "/schools/new"),
            schools,
        };
        vec![page(vec![Line::new(&school)]), page(vec![])]
    }
}

impl Line {
    fn new(school: &School) -> Self {
        let stages: Vec<String> =
            school.key_stages.iter().map(|stage| words::called(words::KEY_STAGES, stage)).collect();
        Self {
            name: school.name.clone(),
            kind: words::called(words::KINDS, &school.kind),
            urn: school.urn.clone(),
            key_stages: stages.join(", "),
            policy: format!("/schools/{}/policy", school.school_id),
            report: format!("/schools/{}/reports", school.school_id),
        }
    }
}

/// Lists them.
pub async fn list(visit: Visit) -> Answer {
    visit.needs(Permission::SchoolCreate)?;
    let schools = authority::schools(&visit).await?;
    let page = Schools {
        head: Head::new("Schools", visit.crumbs(&[])),
        create: Link::new("Add a school", "/schools/new"),
        schools: schools.iter().map(Line::new).collect(),
    };
    visit.page(&page)
}

/// What is asked of a new school.
pub fn fields() -> Vec<Field> {
    vec![
        Field::text("name", "Name of the school"),
        Field::radios("kind", "What kind of school is it?", words::KINDS),
        Field::name("urn", "Unique reference number (URN)").hint("Six digits.").width("10"),
        Field::checkboxes("key_stages", "Which key stages does it teach?", words::KEY_STAGES),
    ]
}

fn page(visit: &Visit) -> FormPage {
    let head = Head::new("Add a school", visit.crumbs(&[("Schools", "/schools".to_owned())]));
    visit.form_page(head, "/schools".to_owned(), "Add the school", fields())
}

/// Asks.
pub async fn show_create(visit: Visit) -> Answer {
    visit.needs(Permission::SchoolCreate)?;
    visit.page(&page(&visit))
}

/// Adds it.
pub async fn create(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let created = match command(&answers) {
        Ok(command) => heard(visit.registry()?.create_school(ask(command))).await,
        Err(error) => Err(error),
    };
    match created {
        Ok(_) => visit.to("/schools?done=school"),
        Err(error) => visit.again(page(&visit), &answers, error, ""),
    }
}

fn command(answers: &Answers) -> Result<CreateSchoolRequest, Error> {
    let mut v = Violations::new();
    v.text("name", "the name of the school", &answers.text("name"), 200);
    v.check(!answers.text("kind").is_empty(), "kind", "Select what kind of school it is");
    v.check(!answers.all("key_stages").is_empty(), "key_stages", "Select at least one key stage");
    v.finish()?;
    Ok(CreateSchoolRequest {
        name: answers.text("name"),
        kind: answers.text("kind"),
        urn: answers.text("urn").chars().filter(|c| !c.is_whitespace()).collect(),
        key_stages: answers.all("key_stages"),
        request_id: answers.request_id(),
    })
}
