//! Saying later whether an entry belongs in the chronology, and what it meant for the child.

use axum::extract::Path;
use chassis::error::Violations;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, Entry, EntryMark, SetEntrySignificantRequest},
};

use super::{act, entry, to_work};
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

const SIGNIFICANT: Codes = &[("yes", "Yes, it is a significant event"), ("no", "No, it is a note")];

/// What is asked.
pub fn fields(entry: &Entry) -> Vec<Field> {
    vec![
        Field::radios("significant", "Does it belong in the chronology?", SIGNIFICANT).value(if entry.significant {
            "yes"
        } else {
            "no"
        }),
        Field::long_text("impact", "For a significant event: what did it mean for the child?").value(&entry.impact),
        Field::long_text("reason", "Why do you say so now?").hint("The entry stays as it was written."),
    ]
}

/// What was said of it over time; nothing where it was said once, with the entry.
pub fn marks(entry: &Entry, people: &People) -> Vec<String> {
    let mark = |mark: &EntryMark| {
        let word = if mark.significant { "In the chronology" } else { "Not in the chronology" };
        let when = words::stamp(mark.create_time.as_ref()).unwrap_or_default();
        let mut told = format!("{word} from {when}, by {}", people.name(&mark.account_id));
        for (key, text) in [("What it meant", &mark.impact), ("Why", &mark.reason)] {
            if !text.is_empty() {
                told += &format!(". {key}: {text}");
            }
        }
        told
    };
    entry.marks.iter().map(mark).collect()
}

fn page(visit: &Visit, case: &Case, entry_id: &str) -> FormPage {
    let bare = Entry { entry_id: entry_id.to_owned(), ..Entry::default() };
    let entry = case.entries.iter().find(|entry| entry.entry_id == entry_id).unwrap_or(&bare);
    let path = format!("entries/{entry_id}/significant");
    let mut page = act::page(visit, case, "Say whether it belongs in the chronology", &path, "Save", fields(entry));
    page.rows.extend(Row::some("Entry", Some(entry::said(entry))));
    page.rows.extend(Row::some("When", Some(entry::when(entry))));
    page
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id, entry_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = to_work(&visit, &case_id, Permission::CaseWork).await?;
    if case.entries.iter().all(|entry| entry.entry_id != entry_id) {
        return Err(chassis::error::Error::missing().into());
    }
    visit.page(&page(&visit, &case, &entry_id))
}

/// Says it.
pub async fn save(Path((_, case_id, entry_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let significant = answers.text("significant") == "yes";
    let command = SetEntrySignificantRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        entry_id: entry_id.clone(),
        significant,
        impact: if significant { answers.text("impact") } else { String::new() },
        reason: answers.text("reason"),
        etag: String::new(),
        request_id: answers.request_id(),
    };
    let mut v = Violations::new();
    v.check(!significant || !command.impact.is_empty(), "impact", "Enter what it meant for the child");
    v.check(!command.reason.is_empty(), "reason", "Enter why you say so now");
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.set_entry_significant(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "marked", |case| page(&visit, case, &entry_id)).await
}
