//! A case on paper: what is printed, for whom, and who printed it before.

use axum::{extract::Path, response::IntoResponse as _};
use chassis::error::{Error, Violations};
use http::header;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, CasePrint, ListCasePrintsRequest, PrintCaseRequest},
};
use serde::Serialize;

use super::{
    chronology::{Line, records},
    fetch,
    page::Event,
};
use crate::{
    console::{
        encrypted::{self, EncryptedPage, Made},
        people::People,
        posted::Posted,
        register::day,
        visit::{Answer, Visit, ask, ask_patiently, heard},
    },
    pages::{
        Page,
        form::{Answers, Field, Form},
        part::{Head, Link},
        words::{self, Codes},
    },
};

/// What is printed.
const KINDS: Codes = &[
    ("chronology", "The chronology: what mattered, in the order it happened"),
    ("bundle", "The whole record, for a court or an inquiry"),
];
const FORMATS: Codes = &[("pdf", "PDF"), ("docx", "Word"), ("html", "Web page")];
/// How people are called.
const PEOPLE: Codes =
    &[("labels", "By labels such as Victim 1: names of people in the case are left out"), ("names", "By their names")];

/// Whether it is shown before it is made.
const FIRST: Codes = &[("yes", "Show me first what it has, and what is left out"), ("no", "Print it now")];

/// The page.
#[derive(Debug, Serialize)]
pub struct Prints {
    head: Head,
    /// Which print is shown before it is made; empty where none is.
    shown: String,
    preview: Vec<Line>,
    form: Form,
    prints: Vec<Event>,
}

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![
        Field::radios("kind", "What do you need?", KINDS),
        Field::radios("people", "How are people called?", PEOPLE)
            .hint("Read it before it leaves: nicknames, and people who have no part in the case, are not known."),
        Field::day("from_date", "First day (optional)")
            .hint("For example, 1/9/2026. From the first record where you leave it empty."),
        Field::day("to_date", "Last day (optional)")
            .hint("For example, 27/3/2027. To the last record where you leave it empty."),
        Field::radios("first", "Print it now, or see it first?", FIRST).value("yes"),
        Field::radios("format", "As what?", FORMATS),
        encrypted::question(),
        Field::long_text("reason", "What is it for, and who gets it?").hint("It stands on the first page."),
    ]
}

impl Page for Prints {
    const TEMPLATE: &'static str = "prints.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let print = CasePrint {
            print_id: "prt_1".into(),
            kind: "bundle".into(),
            format: "pdf".into(),
            people: "labels".into(),
            reason: "For <the> conference".into(),
            account_id: "acc_1".into(),
            records: 12,
            digest: "ab".repeat(32),
            ..Default::default()
        };
        let form = || Form::new("/p", "Print", "1".into(), fields());
        let wrong = form().refused(&Error::invalid("kind", "Select what you need"), "");
        let people = People::of(&[("acc_1", "Ms Ali")]);
        let page = |form, prints: &[CasePrint]| Self {
            head: Head::new("Print the case", vec![Link::new("Home", "/")]).of("2026-014"),
            shown: String::new(),
            preview: Vec::new(),
            form,
            prints: prints.iter().map(|print| event(print, &people)).collect(),
        };
        let seen = Self {
            shown: "chronology, people by labels, 3 records".into(),
            preview: super::chronology::lines(&super::chronology::sample(), &people),
            ..page(form(), &[])
        };
        vec![page(form(), &[print]), page(wrong, &[]), seen]
    }
}

/// One print as the page shows it.
fn event(print: &CasePrint, people: &People) -> Event {
    let kind = if print.kind == "bundle" { "Whole record" } else { "Chronology" };
    let called = if print.people == "labels" { "by labels" } else { "by name" };
    let format = words::called(FORMATS, &print.format);
    let records = words::counted(u64::try_from(print.records).unwrap_or_default(), "record", "records");
    let when = words::stamp(print.create_time.as_ref()).unwrap_or_default();
    let days = days(&print.from_date, &print.to_date);
    let title = format!("{kind}{days}, {format}, people {called}, {records}");
    let by = format!("{when}, by {}", people.name(&print.account_id));
    Event::new(title, by, print.reason.clone()).more(format!("SHA-256 {}", print.digest))
}

/// The days a print is of, in words.
fn days(from: &str, to: &str) -> String {
    match (from, to) {
        ("", "") => String::new(),
        (from, "") => format!(" from {}", day(from)),
        ("", to) => format!(" to {}", day(to)),
        (from, to) => format!(" from {} to {}", day(from), day(to)),
    }
}

async fn page(visit: &Visit, case: &Case, form: Form) -> Result<Prints, Error> {
    let asked = ListCasePrintsRequest { school_id: visit.school.clone(), case_id: case.case_id.clone() };
    let prints = heard(visit.cases()?.list_case_prints(ask(asked))).await?.prints;
    let people = visit.people(prints.iter().map(|print| print.account_id.as_str())).await;
    let here = visit.at(&format!("/cases/{}", case.case_id));
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("Case", here)]);
    Ok(Prints {
        head: Head::new("Print the case", crumbs).of(case.reference.clone()),
        shown: String::new(),
        preview: Vec::new(),
        form,
        prints: prints.iter().map(|print| event(print, &people)).collect(),
    })
}

fn form(visit: &Visit, case_id: &str) -> Form {
    visit.form(visit.at(&format!("/cases/{case_id}/prints")), "Print", fields())
}

/// Asks what is printed, and shows what was.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let case = fetch(&visit, &case_id).await?;
    let form = form(&visit, &case_id);
    visit.page(&page(&visit, &case, form).await?)
}

/// Shows what the print would have, over the form with what was answered.
async fn shown(visit: &Visit, case: &Case, answers: &Answers) -> Result<Prints, Error> {
    let command = PrintCaseRequest { preview: true, ..command(visit, case, answers)? };
    let (kind, people) = (words::called(KINDS, &command.kind), command.people == "names");
    let kind = kind.split(':').next().unwrap_or_default().to_lowercase();
    let days = days(&command.from_date, &command.to_date);
    let preview = records(visit, command).await?;
    let count = words::counted(u64::try_from(preview.len()).unwrap_or_default(), "record", "records");
    let called = if people { "by name" } else { "by labels" };
    let form = form(visit, &case.case_id).answered(answers).preset("first", "no");
    let page = page(visit, case, form).await?;
    Ok(Prints { shown: format!("{kind}{days}, people {called}, {count}"), preview, ..page })
}

/// Prints it and sends the file, or shows first what it would have.
pub async fn print(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::CaseRead)?;
    let case = fetch(&visit, &case_id).await?;
    if answers.text("first") == "yes" {
        return match shown(&visit, &case, &answers).await {
            Ok(page) => visit.page(&page),
            Err(error) => {
                let form = visit.mended(form(&visit, &case_id), &answers, &error, "")?;
                visit.page_again(&page(&visit, &case, form).await?, &error)
            }
        };
    }
    let printed = match command(&visit, &case, &answers) {
        Ok(command) => heard(visit.cases()?.print_case(ask_patiently(command))).await,
        Err(error) => Err(error),
    };
    match printed {
        Ok(answer) if !answer.passphrase.is_empty() => {
            let made =
                Made { content: answer.content.to_vec(), file_name: answer.file_name, passphrase: answer.passphrase };
            let here = visit.at(&format!("/cases/{case_id}"));
            let head =
                Head::new("The file is ready", visit.crumbs(&[("Cases", visit.at("/cases")), ("Case", here.clone())]));
            let on = Link::new("Go on to the case", here);
            visit.page(&EncryptedPage::new(&visit, head.of(case.reference.clone()), &made, on))
        }
        Ok(answer) => {
            let disposition = format!("attachment; filename=\"{}\"", answer.file_name);
            let headers = [(header::CONTENT_TYPE, answer.media_type), (header::CONTENT_DISPOSITION, disposition)];
            Ok((headers, answer.content).into_response())
        }
        Err(error) => {
            let form = visit.mended(form(&visit, &case_id), &answers, &error, "")?;
            visit.page_again(&page(&visit, &case, form).await?, &error)
        }
    }
}

fn command(visit: &Visit, case: &Case, answers: &Answers) -> Result<PrintCaseRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("kind").is_empty(), "kind", "Select what you need");
    v.check(!answers.text("people").is_empty(), "people", "Select how people are called");
    let first = answers.text("first") == "yes";
    v.check(first || !answers.text("format").is_empty(), "format", "Select PDF, Word or web page");
    v.check(first || !answers.text("encrypt").is_empty(), "encrypt", "Select whether the file leaves the school");
    v.check(first || !answers.text("reason").is_empty(), "reason", "Enter what it is for, and who gets it");
    v.finish()?;
    Ok(PrintCaseRequest {
        school_id: visit.school.clone(),
        case_id: case.case_id.clone(),
        kind: answers.text("kind"),
        format: answers.text("format"),
        people: answers.text("people"),
        reason: answers.text("reason"),
        encrypt: answers.text("encrypt") == "yes",
        from_date: answers.day("from_date"),
        to_date: answers.day("to_date"),
        preview: false,
    })
}
