//! The page on which learners, parents and others tell a school of a worry: no account, no name asked for, and an answer
//! to nothing but whether it was read.

pub mod manage;

use axum::{
    Form as Body,
    extract::{Path, State},
};
use chassis::{
    clock::moment,
    error::{Error, Kind, Violations},
    upstream::{Upstream, request},
};
use http::StatusCode;
use proto::incident_cases::v1::{
    CheckPublicReceiptRequest, FindPublicReportRequest, FindPublicReportResponse, PublicReporter,
    RecordPublicConcernRequest, incident_cases_client::IncidentCasesClient,
};
use serde::Serialize;

use super::{
    posted::Guest,
    visit::{Answer, heard},
};
use crate::{
    app::App,
    arrival::RequestId,
    limits::Client,
    pages::{
        Page,
        form::{Answers, Field, Form, FormPage, LONG_TEXT},
        part::{Head, Link, Row},
        words::{self, reporter},
    },
    tries::Place,
};

/// The page itself.
#[derive(Debug, Serialize)]
pub struct PublicPage {
    head: Head,
    school: String,
    reading: Reading,
    /// Where a receipt is looked up.
    check: Link,
    form: Form,
}

/// When somebody reads what comes.
#[derive(Debug, Clone, Serialize)]
struct Reading {
    hours: String,
    next: String,
}

impl Reading {
    fn of(found: &FindPublicReportResponse) -> Self {
        let (from, to) = (reporter::hour(&found.read_from), reporter::hour(&found.read_to));
        let (at, until) = (found.next_read_time.as_ref(), found.read_until_time.as_ref());
        let next = match at.and_then(moment).zip(until.and_then(moment)) {
            Some((_, until)) if found.reading_now => {
                format!("Somebody is reading now, until {} today.", words::time_of_day(until))
            }
            Some((at, until)) => {
                let (from, to) = (words::time_of_day(at), words::time_of_day(until));
                format!("The next time is {} from {from} to {to}.", words::date_with_day(at))
            }
            None => "Nobody is set to read it at present: tell an adult you trust.".to_owned(),
        };
        Self { hours: format!("{from} to {to}"), next }
    }
}

/// What is asked: four questions that must be answered, and two that may be.
fn fields() -> Vec<Field> {
    vec![
        Field::radios("kind", "Who are you?", reporter::SENDERS),
        Field::name("about", "Who is this about?")
            .hint("Write “me” if it is about you. Write “I do not know the name” if you do not know."),
        Field::long_text("narrative", "What has happened?")
            .hint("Use your own words. Do not send any pictures: just say what they show."),
        Field::radios("safe_now", "Are they safe right now?", words::SAFE),
        Field::radios("about_adult", "Is it about an adult at the school? (optional)", reporter::ABOUT_ADULT)
            .folded("Is it about an adult who works or helps at the school?"),
        Field::name("name", "Your name (optional)")
            .hint("You do not have to say who you are. If you do, we can help you sooner."),
        Field::name("contact", "How can we reach you? (optional)")
            .hint("For example, your form group, or a phone number or e-mail address that is safe to use."),
    ]
}

impl PublicPage {
    fn new(code: &str, found: &FindPublicReportResponse, request_id: String) -> Self {
        Self {
            head: Head::new("Tell us if you are worried", Vec::new()).of(found.school_name.clone()),
            school: found.school_name.clone(),
            reading: Reading::of(found),
            check: Link::new("See whether something you sent was read", format!("/public/{code}/receipt")),
            form: Form::new(format!("/public/{code}"), "Send to the safeguarding team", request_id, fields()),
        }
    }
}

#[cfg(test)]
fn found(reading_now: bool) -> FindPublicReportResponse {
    FindPublicReportResponse {
        school_name: "Harrowmere High School".into(),
        read_from: "08:30".into(),
        read_to: "16:00".into(),
        reading_now,
        next_read_time: Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 }),
        read_until_time: Some(prost_types::Timestamp { seconds: 1_795_525_200, nanos: 0 }),
    }
}

impl Page for PublicPage {
    const TEMPLATE: &'static str = "public_report.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let page = |now| Self::new("k7mp3xq9", &found(now), "1".into());
        let mut wrong = page(true);
        wrong.form = wrong.form.refused(&Error::invalid("safe_now", "Select whether they are safe right now"), "");
        vec![page(false), wrong]
    }
}

/// That it arrived, and with which receipt.
#[derive(Debug, Serialize)]
pub struct PublicSent {
    head: Head,
    ring: bool,
    receipt: String,
    reading: Reading,
    check: Link,
    another: Link,
}

impl PublicSent {
    fn new(code: &str, found: &FindPublicReportResponse, safe: &str, receipt: &str) -> Self {
        let ring = safe != "yes";
        let title = if ring { "Sent – and get help now" } else { "Sent to the safeguarding team" };
        Self {
            head: Head::new(title, Vec::new()).of(found.school_name.clone()),
            ring,
            receipt: reporter::in_fours(receipt),
            reading: Reading::of(found),
            check: Link::new("See whether it was read", format!("/public/{code}/receipt")),
            another: Link::new("Tell us something else", format!("/public/{code}")),
        }
    }
}

impl Page for PublicSent {
    const TEMPLATE: &'static str = "public_sent.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        ["no", "yes"].map(|safe| Self::new("k7mp3xq9", &found(safe == "yes"), safe, "k7mp3xq9ab2c")).into()
    }
}

type Cases = IncidentCasesClient<Upstream>;

fn cases(app: &App, request_id: &RequestId) -> Result<Cases, Error> {
    Ok(IncidentCasesClient::new(app.open("incident-cases", &request_id.0)?))
}

async fn find(cases: &mut Cases, code: &str) -> Result<FindPublicReportResponse, Error> {
    heard(cases.find_public_report(request(FindPublicReportRequest { code: code.to_owned() }))).await
}

/// Shows it.
pub async fn show(
    State(app): State<App>,
    Path(code): Path<String>,
    axum::Extension(id): axum::Extension<RequestId>,
    guest: Guest,
) -> Answer {
    let found = find(&mut cases(&app, &id)?, &code).await?;
    let page = PublicPage::new(&code, &found, app.ids().request_id());
    guest.anonymous(&app).page(StatusCode::OK, &page)
}

/// Takes what somebody tells, and shows the receipt. Sent again it is the same report with the same receipt.
pub async fn send(
    State(app): State<App>,
    Path(code): Path<String>,
    axum::Extension(id): axum::Extension<RequestId>,
    client: Client,
    guest: Guest,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Answer {
    let answers = Answers::new(pairs);
    let guest = guest.anonymous(&app);
    let mut cases = cases(&app, &id)?;
    let found = find(&mut cases, &code).await?;
    let sent = match guest.proved(&answers, "narrative").and_then(|()| command(&code, &answers)) {
        Ok(command) => match app.take(&Place::reports(&code, client.address)).await {
            Ok(()) => heard(cases.record_public_concern(request(command))).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match sent {
        Ok(answer) => {
            let page = PublicSent::new(&code, &found, &answers.text("safe_now"), &answer.receipt);
            guest.page(StatusCode::OK, &page)
        }
        Err(error) if error.kind() == Kind::Missing => Err(error.into()),
        Err(error) => {
            let status = StatusCode::from_u16(error.http()).unwrap_or(StatusCode::BAD_REQUEST);
            let mut page = PublicPage::new(&code, &found, app.ids().request_id());
            page.form = page.form.answered(&answers).refused(&said(error), "");
            guest.page(status, &page)
        }
    }
}

/// A refusal in words for this page.
fn said(error: Error) -> Error {
    if error.kind() != Kind::Exhausted {
        return error;
    }
    let wait = error.metadata("retry_after_s").and_then(|wait| wait.parse::<u64>().ok()).unwrap_or(900);
    let wait = words::counted(wait.div_ceil(60), "minute", "minutes");
    Error::wrong_state(format!(
        "Wait {wait}, then send it again: a lot has been sent just now, and what you wrote is kept below. \
         If it cannot wait, ring 999 or Childline"
    ))
}

fn command(code: &str, answers: &Answers) -> Result<RecordPublicConcernRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("kind").is_empty(), "kind", "Select who you are");
    v.check(!answers.text("about").is_empty(), "about", "Enter who this is about");
    v.check(!answers.text("narrative").is_empty(), "narrative", "Enter what has happened");
    let short = answers.text("narrative").chars().count() <= LONG_TEXT;
    v.check(short, "narrative", "What has happened must be 20,000 characters or less");
    v.check(!answers.text("safe_now").is_empty(), "safe_now", "Select whether they are safe right now");
    v.finish()?;
    Ok(RecordPublicConcernRequest {
        code: code.to_owned(),
        about: answers.text("about"),
        narrative: answers.text("narrative"),
        safe_now: answers.text("safe_now"),
        reporter: Some(PublicReporter {
            kind: answers.text("kind"),
            name: answers.text("name"),
            contact: answers.text("contact"),
        }),
        request_id: answers.request_id(),
        about_adult: answers.text("about_adult"),
    })
}

/// The page on which a receipt is looked up.
fn receipt_page(code: &str, school: &str) -> FormPage {
    let fields = vec![
        Field::name("receipt", "Your receipt")
            .hint("The code you were shown when you sent it. Spaces, dashes and capitals do not matter.")
            .width("20"),
    ];
    let form = Form::new(format!("/public/{code}/receipt"), "Check", String::new(), fields);
    let mut page = FormPage::new(Head::new("Was it read?", Vec::new()).of(school), form);
    page.others.push(Link::new("Tell us something", format!("/public/{code}")));
    page
}

/// Asks for a receipt.
pub async fn show_receipt(
    State(app): State<App>,
    Path(code): Path<String>,
    axum::Extension(id): axum::Extension<RequestId>,
    guest: Guest,
) -> Answer {
    let found = find(&mut cases(&app, &id)?, &code).await?;
    guest.anonymous(&app).page(StatusCode::OK, &receipt_page(&code, &found.school_name))
}

/// Says whether it was read, and nothing else.
pub async fn check(
    State(app): State<App>,
    Path(code): Path<String>,
    axum::Extension(id): axum::Extension<RequestId>,
    client: Client,
    guest: Guest,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Answer {
    let answers = Answers::new(pairs);
    let guest = guest.anonymous(&app);
    let mut cases = cases(&app, &id)?;
    let found = find(&mut cases, &code).await?;
    let mut page = receipt_page(&code, &found.school_name);
    let read = match guest.proved(&answers, "receipt") {
        Ok(()) => was_read(&app, &mut cases, &code, &answers, &client).await,
        Err(error) => Err(error),
    };
    match read {
        Ok(read) => {
            let state = if read { "Read" } else { "Not read yet" };
            page.rows.push(Row::new("What you sent", state));
            guest.page(StatusCode::OK, &page)
        }
        Err(error) => {
            let status = StatusCode::from_u16(error.http()).unwrap_or(StatusCode::BAD_REQUEST);
            page.form = page.form.answered(&answers).refused(&error, "");
            guest.page(status, &page)
        }
    }
}

async fn was_read(app: &App, cases: &mut Cases, code: &str, answers: &Answers, client: &Client) -> Result<bool, Error> {
    let receipt = answers.text("receipt");
    if receipt.is_empty() {
        return Err(Error::invalid("receipt", "Enter your receipt"));
    }
    let place = Place::receipts(client.address);
    app.take(&place).await.map_err(|_| {
        Error::invalid("receipt", "Wait 15 minutes before you try again: there were too many tries from here")
    })?;
    let asked = request(CheckPublicReceiptRequest { code: code.to_owned(), receipt });
    let answer = heard(cases.check_public_receipt(asked)).await;
    // Only wrong receipts count.
    if !answer.as_ref().is_err_and(|error| error.kind() == Kind::Missing) {
        app.give_back(&place).await?;
    }
    match answer {
        Ok(answer) => Ok(answer.read),
        Err(error) if error.kind() == Kind::Missing => {
            Err(Error::invalid("receipt", "Enter your receipt as it was shown: there is none like this"))
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
pub fn samples() -> Vec<FormPage> {
    let mut answered = receipt_page("k7mp3xq9", "Harrowmere High School");
    answered.rows.push(Row::new("What you sent", "Not read yet"));
    vec![answered]
}
