//! Answering as the second person: what is asked and why, then yes or no with a reason.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{AnswerAgreementRequest, Case},
};

use super::{
    act,
    decide::{ASKED, AUDIENCES},
    pages::filled,
    to_work,
};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::Row,
        words::{self, Codes},
    },
};

const ANSWERS: Codes = &[("yes", "I agree"), ("no", "I do not agree")];

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![Field::radios("agreed", "Do you agree?", ANSWERS), Field::long_text("reason", "Why?")]
}

fn page(visit: &Visit, case: &Case, agreement_id: &str) -> FormPage {
    let path = format!("agreements/{agreement_id}");
    let mut page = act::page(visit, case, "Answer as the second person", &path, "Send your answer", fields());
    if let Some(asked) = case.agreements.iter().find(|a| a.agreement_id == agreement_id) {
        page.rows.push(Row::new("Asked", words::called(ASKED, &asked.kind)));
        page.rows.extend(Row::some(
            "To tell",
            Some(words::called(AUDIENCES, &asked.audience)).filter(|_| !asked.audience.is_empty()),
        ));
        page.rows.push(Row::new("Answered by", words::sentence(&super::records::answerers(asked))));
        page.rows.extend(Row::some("Step", Some(asked.step_id.clone())));
        page.rows.extend(Row::some("Fact", Some(super::records::changed(asked))));
        page.rows.push(Row::new("Why", asked.reason.clone()));
        page.rows.extend(Row::some("When", words::stamp(asked.create_time.as_ref())));
    }
    page
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id, agreement_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseAgree)?;
    let case = to_work(&visit, &case_id, Permission::CaseAgree).await?;
    if case.agreements.iter().all(|a| a.agreement_id != agreement_id) {
        return Err(Error::missing().into());
    }
    visit.page(&page(&visit, &case, &agreement_id))
}

/// Answers.
pub async fn answer(Path((_, case_id, agreement_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = AnswerAgreementRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        agreement_id: agreement_id.clone(),
        agreed: answers.text("agreed") == "yes",
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    let done = match filled(&answers, &[("agreed", "Select whether you agree"), ("reason", "Enter why")]) {
        Ok(()) => heard(visit.cases()?.answer_agreement(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "answered", |case| page(&visit, case, &agreement_id)).await
}
