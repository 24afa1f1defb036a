//! Closing a case: refused, naming what is open, until nothing is.

use axum::extract::Path;
use chassis::error::Violations;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, CloseCaseRequest},
};

use super::{act, to_work};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::Row,
        words,
    },
};

/// What is asked.
pub fn fields(case: &Case) -> Vec<Field> {
    let allegation = allegation(case);
    // An allegation is followed to its end wherever a child goes.
    let ends = words::OUTCOMES.iter().copied().filter(|(code, _)| !allegation || *code != "moved_on");
    let mut fields =
        vec![Field::radios("outcome", "How does it end?", &[]).choices(ends), Field::long_text("reason", "Why?")];
    if !case.drops.is_empty() {
        fields.push(Field::long_text("follow_up", "Who goes on with it, and how?").hint(&dropped(case)));
    }
    fields
}

/// What is known of a fact of a case.
fn fact<'a>(case: &'a Case, name: &str) -> Option<&'a str> {
    case.facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.as_str())
}

/// Whether it is worked as an allegation against an adult.
fn allegation(case: &Case) -> bool {
    case.procedure_id == "P9" || (case.procedure_id == "P10" && fact(case, "harm_threshold") == Some("yes"))
}

/// What closing would drop, in words.
fn dropped(case: &Case) -> String {
    let review = case.assessments.last().and_then(|latest| words::day(latest.review_time.as_ref()));
    let one = |what: &String| match (what.as_str(), &review) {
        ("assessment_review", Some(day)) => format!("The assessment is to be looked at again by {day}."),
        ("assessment_review", None) => "The assessment is to be looked at again.".to_owned(),
        _ => "A child waits for support that was offered.".to_owned(),
    };
    let all: Vec<String> = case.drops.iter().map(one).collect();
    format!("{} A closed case reminds nobody of it.", all.join(" "))
}

fn page(visit: &Visit, case: &Case) -> FormPage {
    let mut page = act::page(visit, case, "Close the case", "close", "Close the case", fields(case));
    let found =
        fact(case, "allegation_outcome").map(|found| words::called(words::fact_values("allegation_outcome"), found));
    page.rows = found.map(|found| Row::new("How the allegation ended", found)).into_iter().collect();
    page.form = page.form.carrying("etag", case.etag.clone()).grave();
    page.lead(
        "A closed case takes no entry unless it is opened again. What happens later can also become a new concern.",
    )
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseClose)?;
    let case = to_work(&visit, &case_id, Permission::CaseClose).await?;
    visit.page(&page(&visit, &case))
}

/// Closes it.
pub async fn close(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = CloseCaseRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        outcome: answers.text("outcome"),
        reason: answers.text("reason"),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
        follow_up: answers.text("follow_up"),
    };
    let mut v = Violations::new();
    v.check(!command.outcome.is_empty(), "outcome", "Select how it ends");
    v.check(!command.reason.is_empty(), "reason", "Enter why");
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.close_case(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "closed", |case| page(&visit, case)).await
}
