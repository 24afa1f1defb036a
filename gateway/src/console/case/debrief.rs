//! Recording what was learnt once the work is done.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, RecordDebriefRequest},
};

use super::{act, to_work};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::form::{Field, FormPage},
};

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![
        Field::long_text("findings", "What went well and what did not?"),
        Field::long_text("actions", "What is to change? (optional)"),
    ]
}

fn page(visit: &Visit, case: &Case) -> FormPage {
    act::page(visit, case, "Record the debrief", "debrief", "Record the debrief", fields())
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = to_work(&visit, &case_id, Permission::CaseWork).await?;
    visit.page(&page(&visit, &case))
}

/// Records it.
pub async fn record(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = RecordDebriefRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        findings: answers.text("findings"),
        actions: answers.text("actions"),
        request_id: answers.request_id(),
    };
    let done = if command.findings.is_empty() {
        Err(Error::invalid("findings", "Enter what went well and what did not"))
    } else {
        heard(visit.cases()?.record_debrief(ask(command))).await
    };
    act::settle(&visit, &case_id, &answers, done, "debrief", |case| page(&visit, case)).await
}
