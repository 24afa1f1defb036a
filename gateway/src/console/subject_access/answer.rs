//! The clock of a request, and the file that answers it.

use axum::{extract::Path, response::IntoResponse as _};
use chassis::error::{Error, Violations};
use http::header;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        AccessRequest, ExportSubjectAccessRequest, ExtendAccessRequestRequest, PauseAccessRequestRequest,
        ResumeAccessRequestRequest,
    },
};

use super::{crumbs, fetch};
use crate::{
    console::{
        encrypted::{self, EncryptedPage, Made},
        posted::Posted,
        visit::{Answer, Visit, ask, ask_patiently, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Link},
        words::Codes,
    },
};

const FORMATS: Codes = &[("pdf", "PDF"), ("docx", "Word"), ("html", "Web page")];
const DRAFT: Codes = &[
    ("yes", "A draft to read first: nothing is closed, and decisions can still be changed"),
    ("no", "The answer: the request is closed, and no decision is changed after that"),
];
const SAY: Codes = &[("yes", "Say in the file that some records are kept back")];

/// What is asked to stop the clock, or to start it again.
pub fn clock_fields(paused: bool) -> Vec<Field> {
    let reason = if paused {
        Field::long_text("reason", "What came?")
    } else {
        Field::long_text("reason", "What do you wait for?").hint("Proof of who asks, or which records they mean.")
    };
    vec![reason]
}

/// What is asked of an answer.
pub fn fields() -> Vec<Field> {
    vec![
        Field::radios("draft", "What do you need?", DRAFT).value("yes"),
        Field::radios("format", "As what?", FORMATS),
        encrypted::question(),
        Field::checkboxes("say_withheld", "What is kept back (optional)", SAY)
            .hint("Leave this empty where that alone would tell too much."),
        Field::long_text("reason", "What is it for, and who gets it?")
            .hint("It is kept, and does not stand in the file."),
    ]
}

fn head(visit: &Visit, id: &str, title: &str) -> (Head, String) {
    let here = visit.at(&format!("/access-requests/{id}"));
    let mut crumbs = crumbs(visit);
    crumbs.push(Link::new("Request", here.clone()));
    (Head::new(title, crumbs), here)
}

fn clock_page(visit: &Visit, id: &str, state: &str) -> FormPage {
    let paused = state == "paused";
    let title = if paused { "Start the clock again" } else { "Stop the clock" };
    let (head, here) = head(visit, id, title);
    let lead = "The day by which it is answered moves by as many days as the clock stands still.";
    let mut page = visit.form_page(head, format!("{here}/clock"), title, clock_fields(paused)).lead(lead);
    // Sent again after the clock stopped, the form still means to stop it.
    page.form = page.form.carrying("was", state);
    page
}

async fn asked(visit: &Visit, id: &str) -> Result<AccessRequest, Error> {
    fetch(visit, id).await?.access_request.ok_or_else(Error::missing)
}

/// Asks why it is stopped, or what came.
pub async fn show_clock(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let asked = asked(&visit, &id).await?;
    visit.page(&clock_page(&visit, &id, &asked.state))
}

/// Stops the clock, or starts it again.
pub async fn clock(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let was = answers.text("was");
    match moved(&visit, &id, &answers, &was).await {
        Ok(()) => visit.to(&visit.at(&format!("/access-requests/{id}?done=access_clock"))),
        Err(error) => visit.again(clock_page(&visit, &id, &was), &answers, error, ""),
    }
}

async fn moved(visit: &Visit, id: &str, answers: &Answers, was: &str) -> Result<(), Error> {
    let mut v = Violations::new();
    let fix = if was == "paused" { "Enter what came" } else { "Enter what you wait for" };
    v.check(!answers.text("reason").is_empty(), "reason", fix);
    v.finish()?;
    let (school_id, access_request_id) = (visit.school.clone(), id.to_owned());
    let (reason, request_id) = (answers.text("reason"), answers.request_id());
    if was == "paused" {
        let command = ResumeAccessRequestRequest { school_id, access_request_id, reason, request_id };
        heard(visit.cases()?.resume_access_request(ask(command))).await.map(drop)
    } else {
        let command = PauseAccessRequestRequest { school_id, access_request_id, reason, request_id };
        heard(visit.cases()?.pause_access_request(ask(command))).await.map(drop)
    }
}

/// What is asked to take more time.
pub fn extension_fields() -> Vec<Field> {
    vec![
        Field::long_text("reason", "Why does it take longer, and how were they told?")
            .hint("Only where it is complex, or they made several requests. Tell them within the first month."),
    ]
}

fn extension_page(visit: &Visit, id: &str) -> FormPage {
    let title = "Take up to two months more";
    let (head, here) = head(visit, id, title);
    visit
        .form_page(head, format!("{here}/extension"), "Take more time", extension_fields())
        .lead("A request is extended once. It is then answered within three months of the day it came.")
}

/// Asks why it takes longer.
pub async fn show_extension(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    visit.page(&extension_page(&visit, &id))
}

/// Takes more time.
pub async fn extend(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let mut v = Violations::new();
    v.check(!answers.text("reason").is_empty(), "reason", "Enter why it takes longer, and how they were told");
    let command = ExtendAccessRequestRequest {
        school_id: visit.school.clone(),
        access_request_id: id.clone(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.extend_access_request(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at(&format!("/access-requests/{id}?done=access_clock"))),
        Err(error) => visit.again(extension_page(&visit, &id), &answers, error, ""),
    }
}

fn page(visit: &Visit, id: &str) -> FormPage {
    let (head, here) = head(visit, id, "Make the answer");
    let mut page = visit.form_page(head, format!("{here}/answer"), "Make the file", fields()).lead(
        "Read the file before it leaves: nicknames, and people who have no part in the records, are not known. Photos \
         of notes are given beside it.",
    );
    page.others.push(Link::new("Back to the request", here));
    page
}

/// Asks as what and for whom.
pub async fn show(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    visit.page(&page(&visit, &id))
}

/// Makes the file and sends it.
pub async fn send(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let made = match command(&visit, &id, &answers) {
        Ok(command) => heard(visit.cases()?.export_subject_access(ask_patiently(command))).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(file) if !file.passphrase.is_empty() => {
            let made = Made { content: file.content.to_vec(), file_name: file.file_name, passphrase: file.passphrase };
            let (head, here) = head(&visit, &id, "The file is ready");
            visit.page(&EncryptedPage::new(&visit, head, &made, Link::new("Go on to the request", here)))
        }
        Ok(file) => {
            let disposition = format!("attachment; filename=\"{}\"", file.file_name);
            let headers = [(header::CONTENT_TYPE, file.media_type), (header::CONTENT_DISPOSITION, disposition)];
            Ok((headers, file.content).into_response())
        }
        Err(error) => {
            let place = visit.at(&format!("/access-requests/{id}"));
            visit.again(page(&visit, &id), &answers, error, &place)
        }
    }
}

fn command(visit: &Visit, id: &str, answers: &Answers) -> Result<ExportSubjectAccessRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("draft").is_empty(), "draft", "Select a draft or the answer");
    v.check(!answers.text("format").is_empty(), "format", "Select PDF, Word or web page");
    v.check(!answers.text("encrypt").is_empty(), "encrypt", "Select whether the file leaves the school");
    v.check(!answers.text("reason").is_empty(), "reason", "Enter what it is for, and who gets it");
    v.finish()?;
    Ok(ExportSubjectAccessRequest {
        school_id: visit.school.clone(),
        access_request_id: id.to_owned(),
        format: answers.text("format"),
        encrypt: answers.text("encrypt") == "yes",
        reason: answers.text("reason"),
        say_withheld: !answers.all("say_withheld").is_empty(),
        draft: answers.text("draft") != "no",
        request_id: answers.request_id(),
    })
}
