//! Asking for an exception: what it would do is shown first, and only then is it asked for.

use chassis::{
    calendar::{end_of_day, on},
    clock::{london, timestamp},
    error::{Error, Violations},
};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{ExceptionScope, RequestExceptionRequest, TryExceptionRequest, TryExceptionResponse},
};
use time::{OffsetDateTime, Time};

use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Link, Row},
        words,
    },
};

/// The answer that says of what whoever asks has seen what it would do.
const SEEN: &str = "seen";

/// What was seen, by what it is about: another scope does something else.
fn seen(scope: &ExceptionScope) -> String {
    [&scope.group, &scope.category, &scope.domain, &scope.term].map(|text| text.trim()).join("|")
}

/// What is asked.
pub fn fields() -> Vec<Field> {
    // Whatever is locked cannot be chosen.
    let themes = words::THEMES.iter().copied().filter(|(theme, _)| *theme != "illegal_csam");
    vec![
        Field::select("category", "What kind of alert? (optional)").choices([("", "Any kind")]).choices(themes),
        Field::name("domain", "Which site? (optional)")
            .hint("For example, atlas.example: the site with whatever lies below it."),
        Field::text("term", "Which words? (optional)").hint(
            "A phrase that raises an alert by itself, such as “buy cocaine”. Of other words select what kind of alert it is, \
             too. Anything else in the same search still alerts.",
        ),
        Field::name("group", "For which group of the filter? (optional)")
            .hint("Everybody at the school where you leave it empty.")
            .width("20"),
        Field::long_text("reason", "Why?"),
        Field::day("first_day", "From which day? (optional)")
            .hint("For example, 27/3/2027. From its approval where you leave it empty."),
        Field::day("last_day", "Until which day?")
            .hint("For example, 29/3/2027. A class that works on a topic needs days; the longest is twelve months."),
    ]
}

const LEAD: &str = "It keeps alerts from being raised, for a time. What is locked is never excepted: the lists of illegal \
                    material, and searches about self-harm and suicide. The lead decides.";

/// The form; once what it would do was tried with that, and for what.
fn page(visit: &Visit, tried: Option<(&TryExceptionResponse, String)>) -> FormPage {
    let list = visit.at("/filtering/exceptions");
    let crumbs = visit.crumbs(&[("Filtering", visit.at("/filtering")), ("Exceptions", list.clone())]);
    let button = if tried.is_some() { "Ask for it" } else { "See what it would do" };
    let page =
        visit.form_page(Head::new("Ask for an exception", crumbs), format!("{list}/new"), button, fields()).lead(LEAD);
    let Some((tried, seen)) = tried else { return page };
    let would = tried.tried.map(|tried| super::would(&tried)).unwrap_or_default();
    let others = tried.alert_ids.iter().take(20).enumerate().map(|(n, id)| {
        Link::new(
            format!("Alert {} that would not have been raised", n + 1),
            visit.at(&format!("/filtering/alerts/{id}")),
        )
    });
    let others = others.collect();
    let form = page.form.carrying(SEEN, seen);
    FormPage { rows: vec![Row::new("What it would do", would)], others, form, ..page }
}

/// Asks.
pub async fn show_ask(visit: Visit) -> Answer {
    visit.needs(Permission::ExceptionAsk)?;
    visit.page(&page(&visit, None))
}

/// Shows what it would do, or asks for it once that was seen.
pub async fn request(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::ExceptionAsk)?;
    let command = match command(&visit, &answers, visit.now()) {
        Ok(command) => command,
        Err(error) => return visit.again(page(&visit, None), &answers, error, ""),
    };
    let tried = TryExceptionRequest { school_id: visit.school.clone(), scope: command.scope.clone() };
    let tried = match heard(visit.filtering()?.try_exception(ask(tried))).await {
        Ok(tried) => tried,
        Err(error) => return visit.again(page(&visit, None), &answers, here(error), ""),
    };
    let seen = command.scope.as_ref().map(seen).unwrap_or_default();
    if answers.text(SEEN) != seen {
        let page = page(&visit, Some((&tried, seen)));
        let form = page.form.answered(&answers);
        return visit.page(&FormPage { form, ..page });
    }
    match heard(visit.filtering()?.request_exception(ask(command))).await {
        Ok(asked) => {
            let id = asked.exception.map(|exception| exception.exception_id).unwrap_or_default();
            visit.to(&visit.at(&format!("/filtering/exceptions/{id}?done=exception_asked")))
        }
        Err(error) => visit.again(page(&visit, Some((&tried, seen))), &answers, here(error), ""),
    }
}

/// A refusal by the fields of this page.
fn here(error: Error) -> Error {
    let field = |field: &str| match field {
        "start_time" => "first_day".to_owned(),
        "expire_time" => "last_day".to_owned(),
        field => field.strip_prefix("scope.").unwrap_or(field).to_owned(),
    };
    let mut violations = error.violations().iter();
    let Some(first) = violations.next() else { return error };
    violations.fold(Error::invalid(field(&first.field), &first.message), |all, violation| {
        all.and(field(&violation.field), &violation.message)
    })
}

fn command(visit: &Visit, answers: &Answers, now: OffsetDateTime) -> Result<RequestExceptionRequest, Error> {
    let mut v = Violations::new();
    let mut day = |name: &str, thing: &str| {
        let text = answers.text(name);
        let day = words::typed_day(&text);
        v.check(text.is_empty() || day.is_some(), name, format!("{thing} must be a real date, such as 27/3/2027"));
        day
    };
    let (first, last) = (day("first_day", "The first day"), day("last_day", "The last day"));
    v.check(!answers.text("reason").is_empty(), "reason", "Enter why");
    v.check(!answers.text("last_day").is_empty(), "last_day", "Enter until which day it is to hold");
    v.finish()?;
    // Today begins now.
    let from = first.filter(|first| *first > london(now).date()).map(|first| on(first, Time::MIDNIGHT));
    Ok(RequestExceptionRequest {
        school_id: visit.school.clone(),
        scope: Some(ExceptionScope {
            group: answers.text("group"),
            category: answers.text("category"),
            domain: answers.text("domain"),
            term: answers.text("term"),
        }),
        reason: answers.text("reason"),
        owner_account_id: String::new(),
        start_time: from.map(timestamp),
        expire_time: last.map(|last| timestamp(end_of_day(last))),
        request_id: answers.request_id(),
    })
}
