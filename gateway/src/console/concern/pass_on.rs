//! Passing a concern on to whom it is for: the head where it is about an adult, the chair where it is about the head, the
//! lead where it is about no adult.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::{Permission, Role},
    incident_cases::v1::{Concern, PassOnConcernRequest},
};

use super::{fetch, whom};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Link, Row},
        words::{self, Codes},
    },
};

/// To whom a concern can be passed on, with why.
const TO: Codes = &[
    ("head", "The head: it is about an adult who works here"),
    ("chair", "The chair of governors: it is about the head, or the head is in conflict"),
    ("lead", "The safeguarding lead: it is not about an adult who works here"),
    (
        "authority",
        "The designated officer (LADO): you are in conflict, too. They hear that something waits at this school, and you tell them what",
    ),
];

/// Whether a visitor in these roles decides about a concern; the service decides again.
pub fn decides(concern: &Concern, roles: &[Role]) -> bool {
    let holds = |role| roles.contains(&role);
    let last = concern.escalations.last().map(|last| last.level.as_str()).unwrap_or_default();
    match concern.office.as_str() {
        "" => holds(Role::Dsl) || holds(Role::DeputyDsl) || (holds(Role::Head) && last == "head"),
        "head" => holds(Role::Head) || (holds(Role::Chair) && matches!(last, "chair" | "authority")),
        _ => holds(Role::Chair),
    }
}

/// Who takes a concern on, in words; empty where it is about no adult.
pub fn office(concern: &Concern) -> &'static str {
    match concern.office.as_str() {
        "head" => "The head, and nobody else knows of it: it is about an adult who works here",
        "chair" => "The chair of governors, and nobody else knows of it",
        _ => "",
    }
}

/// Every time it was passed on, as rows.
pub fn rows<'a>(concern: &'a Concern, name: &'a dyn Fn(&str) -> String) -> impl Iterator<Item = Row> + 'a {
    concern.passed_on.iter().map(move |passed| {
        let to = match passed.to.as_str() {
            "head" => "the head",
            "chair" => "the chair of governors",
            "authority" => "the designated officer (LADO)",
            _ => "the safeguarding lead",
        };
        let when = words::stamp(passed.create_time.as_ref()).unwrap_or_default();
        Row::new("Passed on", format!("{when}, to {to} by {}: {}", name(&passed.account_id), passed.reason))
    })
}

/// What is asked. `office` is who has it now.
pub fn fields(office: &str) -> Vec<Field> {
    let now = if office.is_empty() { "lead" } else { office };
    // What came to the chair never becomes the head’s; the designated officer is told of adults alone.
    let offered = |code: &str| match code {
        "head" => now != "chair",
        "authority" => now != "lead",
        _ => true,
    };
    let others = TO.iter().copied().filter(|(code, _)| *code != now && offered(code));
    vec![
        Field::radios("to", "Who is it for?", &[]).choices(others),
        Field::long_text("reason", "Why is it for them?").hint("They read this. You do not see the concern any more."),
    ]
}

fn page(visit: &Visit, concern: &Concern) -> FormPage {
    let here = visit.at(&format!("/concerns/{}", concern.concern_id));
    let crumbs = visit.crumbs(&[("Concerns", visit.at("/concerns")), ("Concern", here.clone())]);
    let head = Head::new("Pass it on", crumbs);
    let mut page = visit.form_page(head, format!("{here}/pass-on"), "Pass it on", fields(&concern.office));
    page.rows = vec![Row::new("About", whom(concern))];
    page.rows.extend(Row::some("What was said", Some(concern.narrative.clone())));
    page.others = vec![Link::new("Decide something else", here)];
    page
}

/// Asks to whom.
pub async fn show(visit: Visit, Path((_, concern_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::ConcernTriage)?;
    let concern = fetch(&visit, &concern_id).await?.concern;
    if !super::triage::open_to_decision(&concern) {
        return visit.to(&visit.at(&format!("/concerns/{concern_id}")));
    }
    visit.page(&page(&visit, &concern))
}

/// Passes it on.
pub async fn pass_on(Path((_, concern_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let passed = match command(&visit, &concern_id, &answers) {
        Ok(command) => heard(visit.cases()?.pass_on_concern(ask(command))).await,
        Err(error) => Err(error),
    };
    match passed {
        // It is no longer theirs to see.
        Ok(_) => visit.to(&visit.at("/concerns?done=passed_on")),
        Err(error) => {
            let concern = fetch(&visit, &concern_id).await?.concern;
            if !super::triage::open_to_decision(&concern) {
                return Err(error.into());
            }
            visit.again(page(&visit, &concern), &answers, error, "")
        }
    }
}

fn command(visit: &Visit, concern_id: &str, answers: &Answers) -> Result<PassOnConcernRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("to").is_empty(), "to", "Select who it is for");
    v.check(!answers.text("reason").is_empty(), "reason", "Enter why it is for them");
    v.finish()?;
    Ok(PassOnConcernRequest {
        school_id: visit.school.clone(),
        concern_id: concern_id.to_owned(),
        to: answers.text("to"),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    })
}
