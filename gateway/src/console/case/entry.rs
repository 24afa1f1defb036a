//! Adding an entry to a case: what was seen, said or done, never changed afterwards.

use axum::extract::{Path, Query};
use chassis::error::Violations;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{AddEntryRequest, Case},
};

use super::{act, fetch};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::Row,
        words::Codes,
    },
};

const SIGNIFICANT: Codes = &[("yes", "Yes, it belongs in the chronology"), ("no", "No, it is a note")];

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![
        Field::long_text("text", "What happened, was said or was done?").hint(
            "Facts and your professional view, told apart. You cannot change it later: add another entry instead.",
        ),
        Field::radios("significant", "Is it a significant event for the child?", SIGNIFICANT).value("no"),
        Field::long_text("impact", "For a significant event: what did it mean for the child?"),
    ]
}

/// Which entry is corrected or added to; none where it is empty.
#[derive(Debug, serde::Deserialize)]
pub struct Which {
    #[serde(default)]
    corrects: String,
}

fn page(visit: &Visit, case: &Case, corrects: &str) -> FormPage {
    let mut page = act::page(visit, case, "Add an entry", "entries", "Add the entry", fields());
    if let Some(entry) = case.entries.iter().find(|entry| entry.entry_id == corrects) {
        page.rows.push(Row::new("Corrects or adds to", entry.text.clone()));
        page.form = page.form.carrying("corrects", corrects);
    }
    page
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = fetch(&visit, &case_id).await?;
    visit.page(&page(&visit, &case, &which.corrects))
}

/// Adds it.
pub async fn add(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = AddEntryRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        text: answers.text("text"),
        significant: answers.text("significant") == "yes",
        impact: answers.text("impact"),
        corrects_entry_id: answers.text("corrects"),
        request_id: answers.request_id(),
    };
    let mut v = Violations::new();
    v.check(!command.text.is_empty(), "text", "Enter what happened, was said or was done");
    v.check(!command.significant || !command.impact.is_empty(), "impact", "Enter what it meant for the child");
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.add_entry(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "entry", |case| page(&visit, case, &answers.text("corrects"))).await
}
