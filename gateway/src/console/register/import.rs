//! A table into a register: what would become of each line first, then the lines, all or none.

use axum::extract::{Multipart, Path};
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{
        ImportRegisterRequest, PreviewRegisterImportRequest, PreviewRegisterImportResponse, RegisterImportLine,
    },
};

use super::{Which, entries};
use crate::{
    console::{
        posted::Posted,
        upload,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Link, Row},
        words,
    },
};

/// The largest table, in bytes.
const LARGEST: usize = 5 << 20;

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![
        Field::file("file", "The table")
            .hint("A CSV file saved as UTF-8, 5 MB at most, with the headings that the download has."),
    ]
}

fn page(visit: &Visit, register: &str) -> FormPage {
    let here = visit.at(&format!("/registers/{register}"));
    let head =
        Head::new("Import a table", visit.crumbs(&[("Registers", visit.at("/registers")), ("Register", here.clone())]));
    let mut page = visit
        .form_page(head, format!("{here}/import"), "Check the table", fields())
        .lead("Every line is checked first. Nothing is added before you have seen what would be.");
    page.others.push(Link::new("Download the register to see its headings", format!("{here}/export")));
    page
}

/// Asks for the table.
pub async fn show(visit: Visit, Path((_, register)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::RegisterKeep)?;
    entries(&visit, &register, &Which::default()).await?;
    visit.page(&page(&visit, &register))
}

/// Says what would become of its lines.
pub async fn preview(visit: Visit, Path((_, register)): Path<(String, String)>, mut parts: Multipart) -> Answer {
    let (answers, file) = upload::begin(&visit, &mut parts).await?;
    let previewed = match upload::whole(file, LARGEST).await {
        Ok(content) => send(&visit, &register, &answers, content).await,
        Err(error) => Err(error),
    };
    match previewed {
        Ok(preview) if preview.content_hash.is_empty() => {
            let mut page = page(&visit, &register);
            let wrong = words::counted(preview.wrong.into(), "line", "lines");
            page.rows = preview.lines.iter().filter(|line| line.outcome == "wrong").map(row).collect();
            let error =
                Error::invalid("file", format!("Mend {wrong} of the table and send it again. Nothing was added"));
            visit.again(page, &answers, error, "")
        }
        Ok(preview) => visit.page(&commit_page(&visit, &register, &preview)),
        Err(error) => visit.again(page(&visit, &register), &answers, on_file(error), ""),
    }
}

/// The contract's word for the file is not the form's.
fn on_file(error: Error) -> Error {
    match error.violations().iter().find(|violation| violation.field == "content") {
        Some(violation) => Error::invalid("file", violation.message.clone()),
        None => error,
    }
}

async fn send(
    visit: &Visit,
    register: &str,
    answers: &Answers,
    content: Vec<u8>,
) -> Result<PreviewRegisterImportResponse, Error> {
    let command = PreviewRegisterImportRequest {
        school_id: visit.school.clone(),
        register: register.to_owned(),
        content: content.into(),
        request_id: answers.request_id(),
    };
    heard(visit.registry()?.preview_register_import(ask(command))).await
}

fn row(line: &RegisterImportLine) -> Row {
    let problem = |problem: &proto::policy_registry::v1::RegisterImportProblem| match problem.column.as_str() {
        "" => problem.fix.clone(),
        column => format!("{column}: {}", problem.fix),
    };
    let problems: Vec<String> = line.problems.iter().map(problem).collect();
    let text = if problems.is_empty() { "In the register already".to_owned() } else { problems.join("\n") };
    Row::new(format!("Line {}", line.line), text)
}

fn commit_page(visit: &Visit, register: &str, preview: &PreviewRegisterImportResponse) -> FormPage {
    let here = visit.at(&format!("/registers/{register}"));
    let crumbs = visit.crumbs(&[("Registers", visit.at("/registers")), ("Register", here.clone())]);
    // With nothing to add there is nothing to press.
    let (title, button) =
        if preview.accepted == 0 { ("Nothing to add", "") } else { ("Add these entries", "Add them") };
    let mut page = visit.form_page(Head::new(title, crumbs), format!("{here}/import/commit"), button, Vec::new());
    page.others.push(Link::new("Send another table", format!("{here}/import")));
    page.form = page.form.carrying("content_hash", preview.content_hash.clone());
    page.rows = vec![
        Row::new("Lines that will be added", preview.accepted.to_string()),
        Row::new("Lines left out: in the register already, or twice in the table", preview.duplicates.to_string()),
    ];
    page.rows.extend(preview.lines.iter().map(row));
    page
}

/// Adds the lines.
pub async fn commit(Path((_, register)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = ImportRegisterRequest {
        school_id: visit.school.clone(),
        register: register.clone(),
        content_hash: answers.text("content_hash"),
        request_id: answers.request_id(),
    };
    match heard(visit.registry()?.import_register(ask(command))).await {
        Ok(_) => visit.to(&visit.at(&format!("/registers/{register}?done=register_import"))),
        Err(error) => {
            let error = match error.violations().first() {
                Some(violation) => Error::invalid("file", violation.message.clone()),
                None => error,
            };
            visit.again(page(&visit, &register), &answers, error, "")
        }
    }
}
