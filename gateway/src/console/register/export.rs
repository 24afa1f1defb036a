//! A register as a table for a spreadsheet, once it is said what for: the history keeps that.

use axum::{
    extract::{Path, Query},
    response::IntoResponse as _,
};
use chassis::error::Error;
use http::header;
use proto::{access::v1::Permission, policy_registry::v1::ExportRegisterRequest};

use super::{Which, entries};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::{Head, Link},
        words,
    },
};

/// What a register may be taken out for.
const PURPOSES: words::Codes = &[
    ("governors", "For the governors"),
    ("inspection", "For an inspection or an audit"),
    ("review", "To review the policy or the register"),
    ("data_subject", "To answer somebody who asks for their own data"),
    ("other_system", "To bring it into another system"),
    ("copy", "To correct it in a spreadsheet, or to keep a copy"),
];

/// What is asked.
pub fn fields() -> Vec<Field> {
    let hint = "The history keeps who took the register out, when and what for.";
    vec![Field::radios("purpose", "What do you need the table for?", PURPOSES).hint(hint)]
}

async fn page(visit: &Visit, register: &str, as_at: &str) -> Result<FormPage, Error> {
    let which = Which { as_at: as_at.to_owned(), page_token: String::new() };
    let title = entries(visit, register, &which).await?.definition.unwrap_or_default().title;
    let here = visit.at(&format!("/registers/{register}"));
    let crumbs = visit.crumbs(&[("Registers", visit.at("/registers")), (title.as_str(), here.clone())]);
    let head = Head::new("Download as a table", crumbs).of(title);
    let mut page = visit
        .form_page(head, format!("{here}/export"), "Download the table", fields())
        .lead("The file holds names. Keep it where only those see it who may see the register, and delete it when it has served.");
    page.form = page.form.carrying("as_at", as_at);
    page.others.push(Link::new("Back to the register", here));
    Ok(page)
}

/// Asks what it is for.
pub async fn show(visit: Visit, Path((_, register)): Path<(String, String)>, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::RegisterRead)?;
    visit.page(&page(&visit, &register, &which.as_at).await?)
}

/// The table.
pub async fn send(Path((_, register)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::RegisterRead)?;
    let which = Which { as_at: answers.text("as_at"), page_token: String::new() };
    let purpose = answers.text("purpose");
    let asked = ExportRegisterRequest {
        school_id: visit.school.clone(),
        register: register.clone(),
        at_time: which.moment()?,
        purpose: purpose.clone(),
    };
    let sent = if purpose.is_empty() {
        Err(Error::invalid("purpose", "Select what you need the table for"))
    } else {
        heard(visit.registry()?.export_register(ask(asked))).await
    };
    let table = match sent {
        Ok(table) => table,
        Err(error) => return visit.again(page(&visit, &register, &which.as_at).await?, &answers, error, ""),
    };
    let disposition = format!("attachment; filename=\"{}\"", table.file_name);
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, table.content).into_response())
}
