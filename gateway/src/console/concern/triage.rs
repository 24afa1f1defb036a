//! What the lead decides about a concern: the form on its page, and the decision it makes.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::{Colleague, Permission},
    incident_cases::v1::{
        Concern, ExistingCase, ListCasesRequest, NewCase, NoFurtherAction, TriageConcernRequest,
        triage_concern_request::Decision,
    },
};

use super::{fetch, page};
use crate::{
    console::{
        case::access,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, Form},
        words,
    },
};

/// How many open cases a concern can be added to from its page.
const SUGGESTED: i32 = 8;

/// What the lead is asked: one decision and what it needs, all on this page.
pub(super) fn fields(cases: &[(String, String)], colleagues: &[Colleague]) -> Vec<Field> {
    let decision = Field::radios("decision", "What do you decide?", &[]).choice(
        "new_case",
        "Open a new case",
        "Then answer the next two questions.",
    );
    let decision = cases.iter().fold(decision, |field, (id, reference)| {
        field.choice(&format!("existing_case:{id}"), &format!("Add it to case {reference}"), "")
    });
    let mut fields = vec![
        decision.choice("no_further_action", "No further action", "Then say why in the last box."),
        Field::select("procedure_id", "For a new case: what kind of incident is it?")
            .choices([("", "Choose a kind of incident")])
            .choices(words::PROCEDURES.iter().copied()),
        Field::checkboxes("risks", "For a new case: which risks?", words::RISKS),
    ];
    fields.extend(access::subject_fields(colleagues));
    fields.push(Field::long_text("reason", "For no further action: why?"));
    fields
}

async fn suggestions(visit: &Visit) -> Vec<(String, String)> {
    let school_id = visit.school.clone();
    let asked = ListCasesRequest { school_id, state: "open".into(), page_size: SUGGESTED, ..Default::default() };
    let Ok(mut cases) = visit.cases() else { return Vec::new() };
    let found = heard(cases.list_cases(ask(asked))).await.map(|answer| answer.cases).unwrap_or_default();
    let found = found.into_iter().filter(|case| !case.restricted);
    found.map(|case| (case.case_id, format!("{}, {}", case.reference, case.procedure_title))).collect()
}

/// The form, where something is left to decide and this person decides it.
pub(super) async fn form(visit: &Visit, concern: &Concern) -> Option<Form> {
    let decides = concern.state == "new" && visit.may(Permission::ConcernTriage);
    if !decides {
        return None;
    }
    // A concern is decided on even where colleagues cannot be asked for: then by name.
    let colleagues = access::colleagues(visit).await.unwrap_or_default();
    let action = visit.at(&format!("/concerns/{}/triage", concern.concern_id));
    Some(visit.form(action, "Save the decision", fields(&suggestions(visit).await, &colleagues)))
}

/// Decides what becomes of it.
pub async fn triage(Path((_, concern_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let colleagues = access::colleagues(&visit).await.unwrap_or_default();
    let decided = match command(&visit, &concern_id, &answers, &colleagues) {
        Ok(command) => heard(visit.cases()?.triage_concern(ask(command))).await,
        Err(error) => Err(error),
    };
    match decided {
        Ok(answer) => match answer.case {
            Some(case) => visit.to(&visit.at(&format!("/cases/{}?done=triaged", case.case_id))),
            // Whoever opened a case about themselves is led back to the list.
            None if answer.concern.is_none() => visit.to(&visit.at("/concerns?done=triaged")),
            None => visit.to(&visit.at(&format!("/concerns/{concern_id}?done=triaged"))),
        },
        Err(error) => {
            let error = access::at_fields(error);
            let known = fetch(&visit, &concern_id).await?;
            let mended = match form(&visit, &known.concern).await {
                Some(form) => Some(visit.mended(form, &answers, &error, "")?),
                None => return Err(error.into()),
            };
            visit.page_again(&page(&visit, known, mended).await, &error)
        }
    }
}

fn command(
    visit: &Visit,
    concern_id: &str,
    answers: &Answers,
    colleagues: &[Colleague],
) -> Result<TriageConcernRequest, Error> {
    let mut v = Violations::new();
    let decision = answers.text("decision");
    v.check(!decision.is_empty(), "decision", "Select what you decide");
    let decision = match decision.split_once(':') {
        Some(("existing_case", case_id)) => Decision::ExistingCase(ExistingCase { case_id: case_id.to_owned() }),
        _ if decision == "no_further_action" => {
            v.check(!answers.text("reason").is_empty(), "reason", "Enter why nothing further is done");
            Decision::NoFurtherAction(NoFurtherAction { reason: answers.text("reason") })
        }
        _ => {
            if decision == "new_case" {
                v.check(!answers.text("procedure_id").is_empty(), "procedure_id", "Select what kind of incident it is");
                v.check(!answers.all("risks").is_empty(), "risks", "Select at least one risk");
            }
            // Allegations and low-level concerns are always about an adult; others are where somebody is named.
            let adult = matches!(answers.text("procedure_id").as_str(), "P9" | "P10");
            let said = adult || access::says_subject(answers);
            let subject = said.then(|| access::subject(&mut v, answers, colleagues));
            Decision::NewCase(NewCase {
                procedure_id: answers.text("procedure_id"),
                risks: answers.all("risks"),
                subject,
            })
        }
    };
    v.finish()?;
    Ok(TriageConcernRequest {
        school_id: visit.school.clone(),
        concern_id: concern_id.to_owned(),
        decision: Some(decision),
        request_id: answers.request_id(),
    })
}
