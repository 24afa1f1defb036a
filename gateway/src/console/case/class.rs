//! What a case is put under: the four Cs, and the kinds of its kind of incident.

use axum::extract::Path;
use chassis::error::Violations;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, CaseClass, ClassifyCaseRequest},
};

use super::{act, page::Event, to_work};
use crate::{
    console::{
        people::People,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
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

/// Said where none of the four Cs is true.
const NONE: &str = "none";
const NOT_ONLINE: &str = "None: nothing of it is online";

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
    let said = if case.risks.is_empty() { NOT_ONLINE.to_owned() } else { called(words::RISKS, &case.risks) };
    let mut rows = vec![Row::new("Risks", said)];
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
            let risks = if risks.is_empty() { NOT_ONLINE.to_owned() } else { called(words::RISKS, risks) };
            let both = [risks, called(known, kinds)];
            both.into_iter().filter(|some| !some.is_empty()).collect::<Vec<_>>().join("; ")
        };
        let before = format!("Before: {}", says(&class.risks_before, &class.kinds_before));
        let title = format!("Put under: {}", says(&class.risks, &class.kinds));
        let stamp = format!("{when}, by {}", people.name(&class.account_id));
        (class.create_time, Event::new(title, stamp, class.reason.clone()).more(before))
    };
    case.classes.iter().map(event).collect()
}

/// The four Cs, or none of them.
pub fn risks() -> Field {
    Field::checkboxes("risks", "Which risks?", words::RISKS)
        .choices([(NONE, "None of these: nothing of it is online")])
        .hint(
            "Select all that apply. Only general welfare, lost data and what is about an adult can have none of these.",
        )
}

/// Asks for one of them, or for none of them and nothing else.
pub fn check_risks(v: &mut Violations, answers: &Answers) {
    let said = answers.all("risks");
    v.check(!said.is_empty(), "risks", "Select at least one risk, or none of these");
    let both = said.len() > 1 && said.iter().any(|risk| risk == NONE);
    v.check(!both, "risks", "Select the risks or “None of these”, and not both");
}

/// Those that were selected.
pub fn said_risks(answers: &Answers) -> Vec<String> {
    answers.all("risks").into_iter().filter(|risk| risk != NONE).collect()
}

/// What is asked.
pub fn fields(case: &Case) -> Vec<Field> {
    let mut fields =
        vec![risks().values(if case.risks.is_empty() { vec![NONE.to_owned()] } else { case.risks.clone() })];
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
    let case = to_work(&visit, &case_id, Permission::CaseWork).await?;
    visit.page(&page(&visit, &case))
}

/// Says it.
pub async fn save(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = ClassifyCaseRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        risks: said_risks(&answers),
        kinds: answers.all("kinds"),
        reason: answers.text("reason"),
        etag: String::new(),
        request_id: answers.request_id(),
    };
    let mut v = Violations::new();
    check_risks(&mut v, &answers);
    v.check(!command.reason.is_empty(), "reason", "Enter why you say so now");
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.classify_case(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "classified", |case| page(&visit, case)).await
}
