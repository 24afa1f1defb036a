//! A table into a register: what would become of each line first, then the lines, all or none.

use axum::extract::{Multipart, Path};
use chassis::error::Error;
use proto::policy_registry::v1::{
    ImportRegisterRequest, PreviewRegisterImportRequest, PreviewRegisterImportResponse, RegisterDefinition,
    RegisterEntry, RegisterField, RegisterImportLine,
};
use serde::Serialize;

use super::{Found, Which, entries};
use crate::{
    console::{
        people::People,
        posted::Posted,
        upload,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Answers, Field, Form, FormPage},
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

async fn page(visit: &Visit, register: &str) -> Result<FormPage, Error> {
    let definition = entries(visit, register, &Which::default()).await?.definition.unwrap_or_default();
    let here = visit.at(&format!("/registers/{register}"));
    let head = Head::new("Import a table", crumbs(visit, &definition, &here)).of(definition.title.clone());
    let (needed, more): (Vec<&RegisterField>, Vec<&RegisterField>) =
        definition.fields.iter().filter(|field| field.taken_from.is_empty()).partition(|field| field.required);
    let titles = |fields: Vec<&RegisterField>| fields.iter().map(|f| f.title.as_str()).collect::<Vec<_>>().join("; ");
    let mut page = visit
        .form_page(head, format!("{here}/import"), "Check the table", fields())
        .lead("Every line is checked first. Nothing is added before you have seen what would be.");
    page.rows = vec![Row::new("Headings every table has", titles(needed))];
    page.rows.extend(Row::some("Headings it may have besides", Some(titles(more))));
    page.others.push(Link::new("Download the register as it stands", format!("{here}/export")));
    Ok(page)
}

fn crumbs(visit: &Visit, definition: &RegisterDefinition, here: &str) -> Vec<Link> {
    visit.crumbs(&[("Registers", visit.at("/registers")), (definition.title.as_str(), here.to_owned())])
}

/// Asks for the table.
pub async fn show(visit: Visit, Path((_, register)): Path<(String, String)>) -> Answer {
    super::entry::keeps(&visit, &register).await?;
    visit.page(&page(&visit, &register).await?)
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
            let mut page = page(&visit, &register).await?;
            let wrong = words::counted(preview.wrong.into(), "line", "lines");
            page.rows.extend(preview.lines.iter().filter(|line| line.outcome == "wrong").map(row));
            let error =
                Error::invalid("file", format!("Mend {wrong} of the table and send it again. Nothing was added"));
            visit.again(page, &answers, error, "")
        }
        Ok(preview) => visit.page(&review(&visit, &register, &preview).await?),
        Err(error) => visit.again(page(&visit, &register).await?, &answers, on_file(error), ""),
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
    Row::new(format!("Line {}", line.line), problems.join("\n"))
}

/// What would become of the register, before anything of it is done.
#[derive(Debug, Serialize)]
pub struct Review {
    head: Head,
    rows: Vec<Row>,
    columns: Vec<String>,
    lines: Vec<Shown>,
    more: String,
    findings: Vec<Found>,
    form: Form,
    others: Vec<Link>,
}

#[derive(Debug, Serialize)]
struct Shown {
    line: u32,
    cells: Vec<String>,
}

impl Page for Review {
    const TEMPLATE: &'static str = "register_review.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::policy_registry::v1::RegisterFinding;
        let line = |line, outcome: &str, repeats_line| RegisterImportLine {
            line,
            outcome: outcome.into(),
            values: super::entry::sample().values,
            repeats_line,
            ..Default::default()
        };
        let finding = RegisterFinding {
            kind: "conflict".into(),
            severity: "error".into(),
            message: "Two people hold <one> role.".into(),
            subjects: vec!["dsl".into()],
            ..Default::default()
        };
        let full = PreviewRegisterImportResponse {
            accepted: 300,
            duplicates: 2,
            lines: vec![line(2, "accepted", 0), line(3, "duplicate", 0), line(4, "duplicate", 2)],
            findings: vec![finding],
            ..Default::default()
        };
        let nothing = PreviewRegisterImportResponse { duplicates: 1, ..Default::default() };
        let form = || Form::new("/c", "Add them", "1".into(), Vec::new());
        let page = |preview| Self::new(&preview, &super::sample(), &People::of(&[]), form(), "/r", Vec::new());
        vec![page(full), page(nothing)]
    }
}

impl Review {
    fn new(
        preview: &PreviewRegisterImportResponse,
        definition: &RegisterDefinition,
        people: &People,
        form: Form,
        here: &str,
        crumbs: Vec<Link>,
    ) -> Self {
        let of = |outcome: &'static str| preview.lines.iter().filter(move |line| line.outcome == outcome);
        let filled =
            |field: &&RegisterField| of("accepted").any(|line| line.values.iter().any(|value| value.key == field.key));
        let columns: Vec<&RegisterField> = definition.fields.iter().filter(filled).collect();
        let cells = |line: &RegisterImportLine| {
            let entry = RegisterEntry { values: line.values.clone(), ..RegisterEntry::default() };
            columns.iter().map(|field| super::entry::value(&entry, field, people)).collect()
        };
        let lines: Vec<Shown> = of("accepted").map(|line| Shown { line: line.line, cells: cells(line) }).collect();
        let left = u64::from(preview.accepted).saturating_sub(lines.len() as u64);
        let mut rows = vec![Row::new("Lines that will be added", words::number(preview.accepted.into()))];
        if preview.duplicates > 0 {
            rows.push(Row::new("Lines left out", words::number(preview.duplicates.into())));
        }
        let why = |line: &RegisterImportLine| match line.repeats_line {
            0 => "In the register already".to_owned(),
            earlier => format!("The same as line {earlier} of the table"),
        };
        rows.extend(of("duplicate").map(|line| Row::new(format!("Line {}", line.line), why(line))));
        // With nothing to add there is nothing to press.
        let nothing = preview.accepted == 0;
        let title = if nothing { "Nothing to add" } else { "Check what will be added" };
        let found = preview.findings.iter().map(|finding| super::found(finding, people, Link::default()));
        Self {
            head: Head::new(title, crumbs).of(definition.title.clone()),
            rows,
            columns: columns.iter().map(|field| field.title.clone()).collect(),
            lines,
            more: if left == 0 {
                String::new()
            } else {
                format!("{} like these, not shown.", words::counted(left, "more line", "more lines"))
            },
            findings: super::together(found),
            form: Form { button: if nothing { String::new() } else { form.button.clone() }, ..form },
            others: vec![Link::new("Send another table", format!("{here}/import"))],
        }
    }
}

async fn review(visit: &Visit, register: &str, preview: &PreviewRegisterImportResponse) -> Result<Review, Error> {
    let definition = entries(visit, register, &Which::default()).await?.definition.unwrap_or_default();
    let here = visit.at(&format!("/registers/{register}"));
    let button = match preview.accepted {
        1 => "Add the line",
        _ => "Add the lines",
    };
    let form = visit.form(format!("{here}/import/commit"), button, Vec::new());
    let form = form.carrying("content_hash", preview.content_hash.clone());
    let entry = |line: &RegisterImportLine| RegisterEntry { values: line.values.clone(), ..Default::default() };
    let lines: Vec<RegisterEntry> = preview.lines.iter().map(entry).collect();
    let mut people = super::entry::named(visit, &definition, &lines).await;
    let subjects = preview.findings.iter().flat_map(|finding| finding.subjects.iter().map(String::as_str));
    let accounts: Vec<&str> = subjects.filter(|subject| subject.starts_with("acc_")).collect();
    people.join(visit.people(accounts).await);
    Ok(Review::new(preview, &definition, &people, form, &here, crumbs(visit, &definition, &here)))
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
            visit.again(page(&visit, &register).await?, &answers, error, "")
        }
    }
}
