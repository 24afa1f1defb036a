//! Lists as tables for a spreadsheet, once it is said what for.

use axum::response::IntoResponse as _;
use chassis::error::{Error, Violations};
use http::header;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{CaseRegisterExport, ExportCaseRegisterRequest, ListCaseRegisterExportsRequest},
};
use serde::Serialize;

use super::page::Event;
use crate::{
    console::{
        posted::Posted,
        register::day,
        visit::{Answer, Visit, ask, ask_patiently, heard},
    },
    pages::{
        Page,
        form::{Answers, Field, Form},
        part::Head,
        words::{self, Codes},
    },
};

const REGISTERS: Codes = &[
    ("cases", "Cases about children"),
    ("allegations", "Allegations against adults"),
    ("low_level", "Low-level concerns about adults"),
    ("concerns", "Concerns"),
    ("devices", "Devices held"),
    ("searches", "Searches"),
    ("disclosures", "What was told outside the school"),
    ("referrals", "Referrals"),
    ("reports", "Reports of suspect material, without addresses"),
];

/// The page.
#[derive(Debug, Serialize)]
pub struct Exports {
    head: Head,
    form: Form,
    exports: Vec<Event>,
}

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![
        Field::radios("register", "Which list do you need?", REGISTERS),
        Field::day("from_date", "First day (optional)")
            .hint("For example, 1/9/2026. From the first entry where you leave it empty."),
        Field::day("to_date", "Last day (optional)")
            .hint("For example, 27/3/2027. To the last entry where you leave it empty."),
        Field::long_text("reason", "What is it for, and who gets it?").hint("At least 10 characters. It is kept."),
    ]
}

impl Page for Exports {
    const TEMPLATE: &'static str = "case_exports.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let export = CaseRegisterExport {
            export_id: "xpo_1".into(),
            register: "cases".into(),
            from_date: "2026-09-01".into(),
            reason: "For <the> governors".into(),
            rows: 12,
            digest: "ab".repeat(32),
            ..Default::default()
        };
        let form = || Form::new("/schools/sch_1/cases/export", "Download the table", "1".into(), fields());
        let wrong = form().refused(&Error::invalid("register", "Select which list you need"), "");
        let page = |form, exports: &[CaseRegisterExport]| Self {
            head: Head::new("Download a list", vec![crate::pages::part::Link::new("Home", "/")]),
            form,
            exports: exports.iter().map(event).collect(),
        };
        vec![page(form(), &[export]), page(wrong, &[])]
    }
}

/// One that was taken out before.
fn event(export: &CaseRegisterExport) -> Event {
    let list = words::called(REGISTERS, &export.register);
    let days = match (export.from_date.as_str(), export.to_date.as_str()) {
        ("", "") => String::new(),
        (from, "") => format!(" from {}", day(from)),
        ("", to) => format!(" to {}", day(to)),
        (from, to) => format!(" from {} to {}", day(from), day(to)),
    };
    let rows = words::counted(u64::try_from(export.rows).unwrap_or_default(), "row", "rows");
    let when = words::stamp(export.create_time.as_ref()).unwrap_or_default();
    Event::new(format!("{list}{days}, {rows}"), when, export.reason.clone()).more(format!("SHA-256 {}", export.digest))
}

async fn page(visit: &Visit, form: Form) -> Result<Exports, Error> {
    let asked = ListCaseRegisterExportsRequest { school_id: visit.school.clone() };
    let exports = heard(visit.cases()?.list_case_register_exports(ask(asked))).await?.exports;
    let head = Head::new("Download a list", visit.crumbs(&[("Cases", visit.at("/cases"))]));
    Ok(Exports { head, form, exports: exports.iter().map(event).collect() })
}

fn form(visit: &Visit) -> Form {
    visit.form(visit.at("/cases/export"), "Download the table", fields())
}

/// Asks which list, and what for.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::CaseRead)?;
    visit.page(&page(&visit, form(&visit)).await?)
}

fn command(visit: &Visit, answers: &Answers) -> Result<ExportCaseRegisterRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("register").is_empty(), "register", "Select which list you need");
    v.check(!answers.text("reason").is_empty(), "reason", "Enter what it is for, and who gets it");
    v.finish()?;
    Ok(ExportCaseRegisterRequest {
        school_id: visit.school.clone(),
        register: answers.text("register"),
        from_date: answers.day("from_date"),
        to_date: answers.day("to_date"),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    })
}

/// The table.
pub async fn send(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::CaseRead)?;
    let sent = match command(&visit, &answers) {
        Ok(command) => heard(visit.cases()?.export_case_register(ask_patiently(command))).await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(table) => {
            let disposition = format!("attachment; filename=\"{}\"", table.file_name);
            let headers = [(header::CONTENT_TYPE, table.media_type), (header::CONTENT_DISPOSITION, disposition)];
            Ok((headers, table.content).into_response())
        }
        Err(error) => {
            let form = visit.mended(form(&visit), &answers, &error, "")?;
            visit.page_again(&page(&visit, form).await?, &error)
        }
    }
}
