//! Exceptions: what is to raise no alert, for how long and why; tried before it is asked for, decided by the lead, ended
//! early.

mod asking;

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{
        ApproveExceptionRequest, EndExceptionRequest, Exception, ExceptionTried, ListExceptionsRequest,
        RefuseExceptionRequest,
    },
};
use serde::Serialize;

#[cfg(test)]
pub use asking::fields;
pub use asking::{request, show_ask};

use crate::{
    console::{
        people::People,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Field, Form, FormPage},
        part::{Head, Link, Row},
        words::{self, filtering as said},
    },
};

/// The exceptions of a school.
#[derive(Debug, Serialize)]
pub struct Exceptions {
    head: Head,
    ask: Link,
    exceptions: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    state: String,
    waits: bool,
    until: String,
    excepted: String,
}

impl Line {
    fn new(exception: &Exception, path: &str) -> Self {
        Self {
            link: Link::new(about(exception), format!("{path}/{}", exception.exception_id)),
            state: words::called(said::EXCEPTIONS, &exception.state),
            waits: exception.state == "asked",
            until: words::day(exception.expire_time.as_ref()).unwrap_or_default(),
            excepted: words::number(exception.excepted),
        }
    }
}

/// What an exception is about, in a phrase.
fn about(exception: &Exception) -> String {
    let scope = exception.scope.clone().unwrap_or_default();
    let kind = if scope.category.is_empty() { String::new() } else { words::called(words::THEMES, &scope.category) };
    let term = if scope.term.is_empty() { String::new() } else { format!("“{}”", scope.term) };
    let group = if scope.group.is_empty() { String::new() } else { format!("for {}", scope.group) };
    let parts: Vec<String> = [kind, scope.domain, term, group].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

#[cfg(test)]
fn sample() -> Exception {
    let at = Some(chassis::clock::timestamp(time::macros::datetime!(2026-11-24 09:00 UTC)));
    Exception {
        exception_id: "exc_1".into(),
        scope: Some(proto::filtering_ingest::v1::ExceptionScope {
            group: "Year <9>".into(),
            category: "drugs".into(),
            domain: "atlas.example".into(),
            term: "opium wars".into(),
        }),
        reason: "A <lesson>".into(),
        owner_account_id: "acc_1".into(),
        start_time: at,
        expire_time: at,
        state: "asked".into(),
        asked_by_account_id: "acc_1".into(),
        create_time: at,
        tried: Some(ExceptionTried { alerts: 9, gone: 3, locked: 1 }),
        excepted: 12,
        ..Exception::default()
    }
}

impl Page for Exceptions {
    const TEMPLATE: &'static str = "exceptions.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let head = || Head::new("Exceptions", vec![Link::new("Home", "/")]);
        let over = Exception { state: "expired".into(), ..sample() };
        vec![
            Self {
                head: head(),
                ask: Link::new("Ask for an exception", "/x"),
                exceptions: vec![Line::new(&sample(), "/x"), Line::new(&over, "/x")],
            },
            Self { head: head(), ask: Link::default(), exceptions: Vec::new() },
        ]
    }
}

async fn exceptions(visit: &Visit) -> Result<Vec<Exception>, Error> {
    let asked = ListExceptionsRequest { school_id: visit.school.clone(), page_size: 1000, page_token: String::new() };
    Ok(heard(visit.filtering()?.list_exceptions(ask(asked))).await?.exceptions)
}

async fn one(visit: &Visit, exception_id: &str) -> Result<Exception, Error> {
    let found = exceptions(visit).await?.into_iter().find(|exception| exception.exception_id == exception_id);
    found.ok_or_else(Error::missing)
}

/// Lists them.
pub async fn list(visit: Visit) -> Answer {
    visit.needs(Permission::ExceptionRead)?;
    let path = visit.at("/filtering/exceptions");
    let page = Exceptions {
        head: Head::new("Exceptions", visit.crumbs(&[("Filtering", visit.at("/filtering"))])),
        ask: if visit.may(Permission::ExceptionAsk) {
            Link::new("Ask for an exception", format!("{path}/new"))
        } else {
            Link::default()
        },
        exceptions: exceptions(&visit).await?.iter().map(|exception| Line::new(exception, &path)).collect(),
    };
    visit.page(&page)
}

/// One exception.
#[derive(Debug, Serialize)]
pub struct ExceptionPage {
    head: Head,
    rows: Vec<Row>,
    /// That it may hold, for whoever decides.
    form: Option<Form>,
    others: Vec<Link>,
}

impl Page for ExceptionPage {
    const TEMPLATE: &'static str = "exception.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let people = People::of(&[("acc_1", "Ms Ali")]);
        let decided = Exception {
            state: "ended".into(),
            decided_by_account_id: "acc_1".into(),
            decide_time: sample().create_time,
            ended_by_account_id: "acc_1".into(),
            end_time: sample().create_time,
            ended_reason: "The <lessons> are over".into(),
            ..sample()
        };
        let refused = Exception { state: "refused".into(), refused_reason: "Too <wide>".into(), ..decided.clone() };
        vec![
            Self {
                form: Some(Form::new("/x", "Approve it", "1".into(), Vec::new())),
                others: vec![Link::new("Refuse it", "/r"), Link::new("End it now", "/e")],
                ..Self::new(&sample(), &people, Vec::new())
            },
            Self::new(&decided, &people, Vec::new()),
            Self::new(&refused, &people, Vec::new()),
        ]
    }
}

/// What is asked of whoever refuses one.
pub fn refuse_fields() -> Vec<Field> {
    vec![Field::long_text("reason", "Why not?")]
}

/// What is asked of whoever ends one.
pub fn end_fields() -> Vec<Field> {
    vec![Field::long_text("reason", "Why does it end now?")]
}

impl ExceptionPage {
    fn new(exception: &Exception, people: &People, crumbs: Vec<Link>) -> Self {
        let scope = exception.scope.clone().unwrap_or_default();
        let mut rows = vec![Row::new("State", words::called(said::EXCEPTIONS, &exception.state))];
        let mut add = |key: &str, value: String| rows.extend(Row::some(key, Some(value)));
        let kind =
            if scope.category.is_empty() { String::new() } else { words::called(words::THEMES, &scope.category) };
        add("Category", kind);
        add("Site, with what lies below it", scope.domain);
        add("Words", scope.term);
        add("For the group", if scope.group.is_empty() { "Everybody at the school".into() } else { scope.group });
        add("Why", exception.reason.clone());
        add("From", words::day(exception.start_time.as_ref()).unwrap_or_default());
        add("Until", words::day(exception.expire_time.as_ref()).unwrap_or_default());
        add("Who answers for it", words::sentence(&people.name(&exception.owner_account_id)));
        let stamped = |at: &Option<prost_types::Timestamp>, who: &str| {
            words::stamp(at.as_ref()).map(|at| format!("{at}, by {}", people.name(who))).unwrap_or_default()
        };
        add("Asked for", stamped(&exception.create_time, &exception.asked_by_account_id));
        add("When it was asked for", exception.tried.map(|tried| would(&tried)).unwrap_or_default());
        let decided = if exception.state == "refused" { "Refused" } else { "Approved" };
        add(decided, stamped(&exception.decide_time, &exception.decided_by_account_id));
        add("Why it was refused", exception.refused_reason.clone());
        add("Ended", stamped(&exception.end_time, &exception.ended_by_account_id));
        add("Why it was ended", exception.ended_reason.clone());
        add("Kept from alerting so far", words::counted(exception.excepted, "event", "events"));
        Self { head: Head::new("Exception", crumbs), rows, form: None, others: Vec::new() }
    }
}

/// What an exception would have done, in a sentence.
fn would(tried: &ExceptionTried) -> String {
    let n = |count: u32| words::counted(count.into(), "alert", "alerts");
    let locked = match tried.locked {
        0 => String::new(),
        count => format!(" It leaves {} that are locked.", n(count)),
    };
    format!("Of {} in the 30 days before, {} would not have been raised.{locked}", n(tried.alerts), n(tried.gone))
}

/// The way to an exception.
fn way(visit: &Visit, exception_id: &str) -> (String, Vec<Link>) {
    let list = visit.at("/filtering/exceptions");
    let crumbs = visit.crumbs(&[("Filtering", visit.at("/filtering")), ("Exceptions", list.clone())]);
    (format!("{list}/{exception_id}"), crumbs)
}

async fn page(visit: &Visit, exception: &Exception) -> ExceptionPage {
    let ids = [
        &exception.owner_account_id,
        &exception.asked_by_account_id,
        &exception.decided_by_account_id,
        &exception.ended_by_account_id,
    ];
    let people = visit.people(ids.map(String::as_str)).await;
    let (here, crumbs) = way(visit, &exception.exception_id);
    let waits = exception.state == "asked" && visit.may(Permission::ExceptionDecide);
    let runs =
        matches!(exception.state.as_str(), "asked" | "approved" | "in_force") && visit.may(Permission::ExceptionAsk);
    let refuse = waits.then(|| Link::new("Refuse it", format!("{here}/refuse")));
    let end = runs.then(|| Link::new("End it now", format!("{here}/end")));
    ExceptionPage {
        form: waits.then(|| visit.form(format!("{here}/approve"), "Approve it", Vec::new())),
        others: refuse.into_iter().chain(end).collect(),
        ..ExceptionPage::new(exception, &people, crumbs)
    }
}

/// Shows one.
pub async fn show(visit: Visit, Path((_, exception_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::ExceptionRead)?;
    let exception = one(&visit, &exception_id).await?;
    visit.page(&page(&visit, &exception).await)
}

/// Lets it hold.
pub async fn approve(Path((_, exception_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = ApproveExceptionRequest {
        school_id: visit.school.clone(),
        exception_id: exception_id.clone(),
        request_id: answers.request_id(),
    };
    let Err(error) = heard(visit.filtering()?.approve_exception(ask(command))).await else {
        return visit.to(&visit.at(&format!("/filtering/exceptions/{exception_id}?done=exception")));
    };
    let exception = one(&visit, &exception_id).await?;
    let again =
        visit.form(visit.at(&format!("/filtering/exceptions/{exception_id}/approve")), "Approve it", Vec::new());
    let form = visit.mended(again, &answers, &error, "")?;
    let page = ExceptionPage { form: Some(form), ..page(&visit, &exception).await };
    visit.page_again(&page, &error)
}

fn refuse_page(visit: &Visit, exception_id: &str) -> FormPage {
    let (here, crumbs) = way(visit, exception_id);
    visit.form_page(Head::new("Refuse the exception", crumbs), format!("{here}/refuse"), "Refuse it", refuse_fields())
}

/// Asks why not.
pub async fn show_refuse(visit: Visit, Path((_, exception_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::ExceptionDecide)?;
    visit.page(&refuse_page(&visit, &exception_id))
}

/// Says no to it.
pub async fn refuse(Path((_, exception_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = RefuseExceptionRequest {
        school_id: visit.school.clone(),
        exception_id: exception_id.clone(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    match heard(visit.filtering()?.refuse_exception(ask(command))).await {
        Ok(_) => visit.to(&visit.at(&format!("/filtering/exceptions/{exception_id}?done=exception"))),
        Err(error) => visit.again(refuse_page(&visit, &exception_id), &answers, error, ""),
    }
}

fn end_page(visit: &Visit, exception_id: &str) -> FormPage {
    let (here, crumbs) = way(visit, exception_id);
    visit
        .form_page(Head::new("End the exception", crumbs), format!("{here}/end"), "End it", end_fields())
        .lead("From now on what it kept from alerting alerts again.")
}

/// Asks why it ends.
pub async fn show_end(visit: Visit, Path((_, exception_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::ExceptionAsk)?;
    visit.page(&end_page(&visit, &exception_id))
}

/// Ends it early.
pub async fn end(Path((_, exception_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = EndExceptionRequest {
        school_id: visit.school.clone(),
        exception_id: exception_id.clone(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    match heard(visit.filtering()?.end_exception(ask(command))).await {
        Ok(_) => visit.to(&visit.at(&format!("/filtering/exceptions/{exception_id}?done=exception"))),
        Err(error) => visit.again(end_page(&visit, &exception_id), &answers, error, ""),
    }
}
