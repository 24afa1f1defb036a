//! Naming a person's part in a case.

use axum::extract::Path;
use chassis::error::Violations;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{AddInvolvementRequest, Case},
};

use super::{act, fetch};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        words,
    },
};

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![
        Field::name("person", "Full name").hint("Other schools never see it: they see “Learner 2, Year 9”."),
        Field::radios("role", "Their part in this case", words::PARTS),
        Field::name("year_group", "Year group (optional)").hint("For example, 9.").width("4"),
        Field::checkboxes("vulnerabilities", "What may make them more vulnerable? (optional)", words::VULNERABILITIES),
    ]
}

fn page(visit: &Visit, case: &Case) -> FormPage {
    act::page(visit, case, "Add a person", "involvements", "Add the person", fields())
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = fetch(&visit, &case_id).await?;
    visit.page(&page(&visit, &case))
}

/// Adds them.
pub async fn add(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = AddInvolvementRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        person: answers.text("person"),
        role: answers.text("role"),
        year_group: answers.text("year_group"),
        vulnerabilities: answers.all("vulnerabilities"),
        request_id: answers.request_id(),
    };
    let mut v = Violations::new();
    v.check(!command.person.is_empty(), "person", "Enter their full name");
    v.check(!command.role.is_empty(), "role", "Select their part in this case");
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.add_involvement(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "person", |case| page(&visit, case)).await
}
