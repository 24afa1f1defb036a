//! The five questions that decide on immediate referral. Where the answers would undo what made one due, they wait for a second
//! person, and it is said that they do.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{AnswerCriteriaRequest, Case},
};

use super::{QUESTIONS, YES_NO};
use crate::{
    console::{
        case::{act, pages::filled, to_work},
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::form::{Answers, Field, FormPage},
};

/// What is asked.
pub fn fields() -> Vec<Field> {
    let question = |(name, label): &(&str, &str)| match *name {
        "coercion" => Field::radios(name, label, YES_NO)
            .hint("Doubt is a yes. In a special school this needs an answer of its own."),
        _ => Field::radios(name, label, YES_NO),
    };
    let reason = Field::long_text("reason", "What do your answers rest on?");
    QUESTIONS.iter().map(question).chain([reason]).collect()
}

fn command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<AnswerCriteriaRequest, Error> {
    let mut asked: Vec<(&str, &str)> = QUESTIONS.iter().map(|(name, _)| (*name, "Select yes or no")).collect();
    asked.push(("reason", "Enter what your answers rest on"));
    filled(answers, &asked)?;
    Ok(AnswerCriteriaRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        adult_involved: answers.text("adult_involved"),
        coercion: answers.text("coercion"),
        unusual_or_violent: answers.text("unusual_or_violent"),
        under_13: answers.text("under_13"),
        immediate_risk: answers.text("immediate_risk"),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    })
}

fn page(visit: &Visit, case: &Case) -> FormPage {
    act::page(visit, case, "Answer the five questions", "criteria", "Save the answers", fields())
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = to_work(&visit, &case_id, Permission::CaseWork).await?;
    visit.page(&page(&visit, &case))
}

/// Sends the answers.
pub async fn send(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match command(&visit, &case_id, &answers) {
        Ok(command) => heard(visit.cases()?.answer_criteria(ask(command))).await,
        Err(error) => Err(error),
    };
    let met = QUESTIONS.iter().any(|(name, _)| answers.text(name) == "yes");
    let notice = notice(met, done.as_ref().ok().and_then(|done| done.case.as_ref()));
    act::settle(&visit, &case_id, &answers, done, notice, |case| page(&visit, case)).await
}

/// What is said of answers of which one is a yes, or none is, by how the case stands then.
fn notice(met: bool, case: Option<&Case>) -> &'static str {
    let stands = |case: &Case| case.facts.iter().any(|fact| fact.name == "criteria_met" && fact.value == "yes");
    if !met && case.is_some_and(stands) { "criteria_asked" } else { "criteria" }
}

#[cfg(test)]
mod tests {
    use proto::incident_cases::v1::Fact;

    use super::*;

    #[test]
    fn answers_that_wait_for_a_second_person_are_not_said_to_be_saved() {
        let case = |value: &str| Case {
            facts: vec![Fact { name: "criteria_met".into(), value: value.into(), ..Fact::default() }],
            ..Case::default()
        };
        assert_eq!(notice(false, Some(&case("yes"))), "criteria_asked");
        assert_eq!(notice(false, Some(&case("no"))), "criteria");
        assert_eq!(notice(true, Some(&case("yes"))), "criteria");
        assert_eq!(notice(false, None), "criteria");
    }
}
