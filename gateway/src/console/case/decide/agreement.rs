//! Asking a second person: about what, who is to be told or which step is to be skipped, and why. Where the head asks, being the lead
//! as well, they say who answers: that person reads the case until they have.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{AskAgreementRequest, Case},
};

use super::{ASKED, AUDIENCES, CHANGE};
use crate::{
    console::{
        case::{access, act, fetch, pages::filled},
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::form::{Answers, Field, FormPage},
};

/// What is asked; `others` are those who may be named to answer, where that is the visitor's to say.
pub fn fields(case: &Case, others: &[(String, String)]) -> Vec<Field> {
    let steps = case.steps.iter().filter(|s| !s.statutory && matches!(s.state.as_str(), "to_do" | "cannot_start_yet"));
    let steps: Vec<(String, String)> =
        steps.map(|s| (s.step_id.clone(), format!("{} {}", s.step_id, s.title))).collect();
    let questions = case.steps.iter().any(|step| step.done_by == "criteria");
    let asked = |code: &str| match code {
        CHANGE => false,
        // Nobody looks at indecent images of children.
        "viewing" => case.procedure_id != "P4",
        "internal_response" => questions,
        _ => true,
    };
    let kinds = ASKED.iter().copied().filter(|(code, _)| asked(code));
    let mut fields = vec![
        Field::radios("kind", "What is it about?", &[]).choices(kinds),
        Field::radios("audience", "To tell somebody without a talk: whom?", AUDIENCES)
            .hint("It is agreed to for them, and for one time."),
    ];
    if !steps.is_empty() {
        let choices = steps.iter().map(|(id, title)| (id.as_str(), title.as_str()));
        fields.push(Field::radios("step_id", "For a step to skip: which one?", &[]).choices(choices));
    }
    fields.push(Field::long_text("reason", "Why?").hint(
        "Whoever answers reads this. The head answers about looking at an image and about responding inside the school; where the head \
         asks, a deputy or the chair of governors does. A step that guards against harm is skipped for a reason in a sentence.",
    ));
    fields.extend(access::second_field(others));
    fields
}

fn command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<AskAgreementRequest, Error> {
    filled(answers, &[("kind", "Select what it is about"), ("reason", "Enter why")])?;
    let kind = answers.text("kind");
    let of = |about: &str, field: &str| if kind == about { answers.text(field) } else { String::new() };
    let mut v = Violations::new();
    let audience = of("hold_override", "audience");
    v.check(kind != "hold_override" || !audience.is_empty(), "audience", "Select who is to be told");
    v.finish()?;
    Ok(AskAgreementRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        audience,
        step_id: of("deviation", "step_id"),
        kind,
        reason: answers.text("reason"),
        request_id: answers.request_id(),
        second_account_id: answers.text("second_account_id"),
    })
}

fn page(visit: &Visit, case: &Case, others: &[(String, String)]) -> FormPage {
    act::page(visit, case, "Ask a second person", "agreements", "Ask", fields(case, others))
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = fetch(&visit, &case_id).await?;
    visit.page(&page(&visit, &case, &access::seconds(&visit).await))
}

/// Sends it.
pub async fn send(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match command(&visit, &case_id, &answers) {
        Ok(command) => heard(visit.cases()?.ask_agreement(ask(command))).await,
        Err(error) => Err(error),
    };
    let others = access::seconds(&visit).await;
    act::settle(&visit, &case_id, &answers, done, "agreement", |case| page(&visit, case, &others)).await
}
