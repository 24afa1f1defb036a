//! Proposing a change to the policy from what a case taught. It names nobody.

use axum::extract::Path;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, ProposeLessonRequest},
    policy_registry::v1::Template,
};

use super::{act, fetch};
use crate::{
    console::{
        policy::{lesson::matter_fields, template},
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::form::{Field, FormPage},
};

/// What is asked.
pub fn fields(template: &Template) -> Vec<Field> {
    let hint = "Name nobody: the names in this case are refused. 2,000 characters or less.";
    let text = Field::long_text("text", "What should change in the policy, and why?").hint(hint);
    std::iter::once(text).chain(matter_fields(template)).collect()
}

fn page(visit: &Visit, case: &Case, template: &Template) -> FormPage {
    let page = act::page(visit, case, "Propose a lesson", "lesson", "Propose the lesson", fields(template));
    page.lead("A lesson is read by whoever looks after the policy. Nothing in it leads back to this case.")
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::LessonRaise)?;
    let case = fetch(&visit, &case_id).await?;
    visit.page(&page(&visit, &case, &template(&visit).await))
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
    let template = if done.is_err() { template(&visit).await } else { Template::default() };
    act::settle(&visit, &case_id, &answers, done, "lesson", |case| page(&visit, case, &template)).await
}
