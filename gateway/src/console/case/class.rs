//! What a case is put under: the four Cs, and the kinds of its kind of incident.

use axum::extract::Path;
use chassis::error::Violations;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, CaseClass, ClassifyCaseRequest},
};

use super::{act, fetch, page::Event};
use crate::{
    console::{
        people::People,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::Row,
        words::{self, Codes},
    },
};

const SEXUAL_HARM: Codes = &[
    ("shared_images", "Images shared without consent"),
    ("sexualised_bullying", "Sexualised bullying"),
    ("coercion", "Coercion or threats"),
    ("sexual_remarks", "Unwanted sexual remarks"),
    ("exploitation", "Exploitation"),
];

/// The kinds that a kind of incident has.
fn kinds(procedure_id: &str) -> Codes {
    match procedure_id {
        "P1" => SEXUAL_HARM,
        _ => &[],
    }
}

fn called(codes: Codes, said: &[String]) -> String {
    said.iter().map(|code| words::called(codes, code)).collect::<Vec<_>>().join(", ")
}

/// What the case is put under, with the way to say otherwise where its reader works it.
pub fn rows(case: &Case, here: Option<&str>) -> Vec<Row> {
    let mut rows: Vec<Row> = Row::some("Risks", Some(called(words::RISKS, &case.risks))).into_iter().collect();
    let known = kinds(&case.procedure_id);
    if !known.is_empty() {
        let said = if case.kinds.is_empty() { "Not said yet".to_owned() } else { called(known, &case.kinds) };
        rows.push(Row::new("What happened", said));
    }
    match here {
        Some(here) => rows
            .into_iter()
            .map(|row| {
                let key = row.key.to_lowercase();
                row.change(format!("{here}/class"), key)
            })
            .collect(),
        None => rows,
    }
}

/// Every time it was put under something else.
pub fn events(case: &Case, people: &People) -> Vec<(Option<prost_types::Timestamp>, Event)> {
    let event = |class: &CaseClass| {
        let when = words::stamp(class.create_time.as_ref()).unwrap_or_default();
        let known = kinds(&case.procedure_id);
        let says = |risks: &[String], kinds: &[String]| {
            let both = [called(words::RISKS, risks), called(known, kinds)];
            both.into_iter().filter(|some| !some.is_empty()).collect::<Vec<_>>().join("; ")
        };
        let before = format!("Before: {}", says(&class.risks_before, &class.kinds_before));
        let title = format!("Put under: {}", says(&class.risks, &class.kinds));
        let stamp = format!("{when}, by {}", people.name(&class.account_id));
        (class.create_time, Event::new(title, stamp, class.reason.clone()).more(before))
    };
    case.classes.iter().map(event).collect()
}

/// What is asked.
pub fn fields(case: &Case) -> Vec<Field> {
    let mut fields = vec![
        Field::checkboxes("risks", "Which risks?", words::RISKS)
            .hint("Select all that apply.")
            .values(case.risks.clone()),
    ];
    let known = kinds(&case.procedure_id);
    if !known.is_empty() {
        fields.push(
            Field::checkboxes("kinds", "What happened?", known)
                .hint("Select all that apply.")
                .values(case.kinds.clone()),
        );
    }
    fields.push(Field::long_text("reason", "Why do you say so now?").hint("What was said before is kept."));
    fields
}

fn page(visit: &Visit, case: &Case) -> FormPage {
    act::page(visit, case, "Say what the case is about", "class", "Save", fields(case))
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = fetch(&visit, &case_id).await?;
    visit.page(&page(&visit, &case))
}

/// Says it.
pub async fn save(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = ClassifyCaseRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        risks: answers.all("risks"),
        kinds: answers.all("kinds"),
        reason: answers.text("reason"),
        etag: String::new(),
        request_id: answers.request_id(),
    };
    let mut v = Violations::new();
    v.check(!command.risks.is_empty(), "risks", "Select at least one risk");
    v.check(!command.reason.is_empty(), "reason", "Enter why you say so now");
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.classify_case(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "classified", |case| page(&visit, case)).await
}
