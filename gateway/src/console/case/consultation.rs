//! Recording a talk with police or the front door: what lets a case go beyond the school.

use axum::extract::Path;
use chassis::{
    clock::timestamp,
    error::{Error, Violations},
};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, RecordConsultationRequest},
};

use super::{act, to_work};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        words,
    },
};

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![
        Field::radios("agency", "Whom did you talk to?", words::CONSULTED),
        Field::moment("consult_time", "When? (optional)")
            .hint("Leave this empty if it was just now. For example, 27 11 2025 and 9:30am."),
        Field::name("reference", "Their reference")
            .hint("For example, an incident number. If they gave none, say so.")
            .width("20"),
        Field::long_text("advice", "What did they advise?"),
    ]
}

fn page(visit: &Visit, case: &Case) -> FormPage {
    act::page(visit, case, "Record a talk with police or the front door", "consultations", "Record the talk", fields())
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
    let done = match command(&visit, &case_id, &answers) {
        Ok(command) => heard(visit.cases()?.record_consultation(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "consultation", |case| page(&visit, case)).await
}

fn command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<RecordConsultationRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("agency").is_empty(), "agency", "Select whom you talked to");
    let reference = !answers.text("reference").is_empty();
    v.check(reference, "reference", "Enter their reference, or say that they gave none");
    v.check(!answers.text("advice").is_empty(), "advice", "Enter what they advised");
    v.finish()?;
    Ok(RecordConsultationRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        agency: answers.text("agency"),
        consult_time: answers.moment("consult_time", "The date", visit.now())?.map(timestamp),
        reference: answers.text("reference"),
        advice: answers.text("advice"),
        request_id: answers.request_id(),
    })
}
