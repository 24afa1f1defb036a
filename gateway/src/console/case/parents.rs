//! Recording, child by child, that parents were told, or why not.

use axum::extract::{Path, Query};
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, Involvement, RecordParentsDecisionRequest},
};
use serde::Deserialize;

use super::{act, fetch};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::Link,
        words::Codes,
    },
};

const TOLD: Codes = &[("yes", "They were told"), ("no", "They are not told")];

/// Which child the page begins with.
#[derive(Debug, Deserialize)]
pub struct Which {
    #[serde(default)]
    involvement: String,
}

/// What is asked.
pub fn fields(case: &Case, chosen: &str) -> Vec<Field> {
    let children = case.involvements.iter().filter(|i| child(i));
    let choices = children.map(|i| (i.involvement_id.as_str(), i.person.as_str()));
    vec![
        Field::radios("involvement_id", "Whose parents?", &[]).choices(choices).value(chosen),
        Field::radios("told", "What was decided?", TOLD),
        Field::long_text("reason", "Who told them and when, or why not?"),
    ]
}

/// Whether somebody's parents may be to be told.
fn child(i: &Involvement) -> bool {
    i.end.is_none() && !matches!(i.role.as_str(), "subject_adult" | "reporter")
}

fn page(visit: &Visit, case: &Case, chosen: &str) -> FormPage {
    let title = "Record what parents are told";
    let page = |fields, button| act::page(visit, case, title, "parents-decisions", button, fields);
    let children = case.involvements.iter().any(child);
    if children {
        return page(fields(case, chosen), "Record the decision");
    }
    // A question without an answer to choose is none: there is no form before a child is named.
    let mut page = page(Vec::new(), "").lead(
        "No child is named in this case yet. Add each child first, then record here what their parents are told.",
    );
    page.others.insert(0, Link::new("Add a person", visit.at(&format!("/cases/{}/involvements/new", case.case_id))));
    page
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = fetch(&visit, &case_id).await?;
    visit.page(&page(&visit, &case, &which.involvement))
}

/// Records it.
pub async fn record(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match command(&visit, &case_id, &answers) {
        Ok(command) => heard(visit.cases()?.record_parents_decision(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "parents", |case| page(&visit, case, "")).await
}

fn command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<RecordParentsDecisionRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("involvement_id").is_empty(), "involvement_id", "Select whose parents");
    v.check(!answers.text("told").is_empty(), "told", "Select what was decided");
    v.check(!answers.text("reason").is_empty(), "reason", "Enter who told them and when, or why not");
    v.finish()?;
    Ok(RecordParentsDecisionRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        involvement_id: answers.text("involvement_id"),
        told: answers.text("told") == "yes",
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    })
}
