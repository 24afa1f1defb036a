//! Proposing a change to the policy from what a case taught. It names nobody.

use axum::extract::Path;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, ProposeLessonRequest},
};

use super::{act, fetch};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::form::{Field, FormPage},
};

/// What is asked.
pub fn fields() -> Vec<Field> {
    let hint = "Name nobody: the names in this case are refused. 2,000 characters or less.";
    vec![
        Field::long_text("text", "What should change in the policy, and why?").hint(hint),
        Field::name("clause_id", "Clause of the template (optional)").hint("For example, roles.dsl"),
        Field::name("step_id", "Step of a procedure (optional)").hint("For example, P1-03").width("10"),
    ]
}

fn page(visit: &Visit, case: &Case) -> FormPage {
    let page = act::page(visit, case, "Propose a lesson", "lesson", "Propose the lesson", fields());
    page.lead("A lesson is read by whoever looks after the policy. Nothing in it leads back to this case.")
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::LessonRaise)?;
    let case = fetch(&visit, &case_id).await?;
    visit.page(&page(&visit, &case))
}

/// Proposes it.
pub async fn propose(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = ProposeLessonRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        text: answers.text("text"),
        clause_id: answers.text("clause_id"),
        step_id: answers.text("step_id"),
        request_id: answers.request_id(),
    };
    let done = heard(visit.cases()?.propose_lesson(ask(command))).await;
    act::settle(&visit, &case_id, &answers, done, "lesson", |case| page(&visit, case)).await
}
