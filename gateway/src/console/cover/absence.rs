//! Absences: that somebody is away, who stands in, and that they are back.

use axum::extract::Path;
use chassis::{
    calendar::{end_of_day, on},
    clock::{london, timestamp},
    error::{Error, Violations},
};
use proto::{
    access::v1::{Colleague, Permission},
    incident_cases::v1::{EndAbsenceRequest, RecordAbsenceRequest},
};
use time::{Duration, OffsetDateTime, Time};

use super::{can_be_away, reads};
use crate::{
    adult,
    console::{
        case::access::choices,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::Head,
        words,
    },
};

/// What is asked.
pub fn fields(colleagues: &[Colleague]) -> Vec<Field> {
    let named = |field: Field, nobody: &str, people: &[(String, String)]| {
        field.choices([("", nobody)]).choices(people.iter().map(|(id, name)| (id.as_str(), name.as_str())))
    };
    // A chair of governors stands in for nobody: they read no concern about a child.
    let readers: Vec<Colleague> = colleagues.iter().filter(|colleague| reads(colleague)).cloned().collect();
    let nobody = "Nobody: whoever is next on the rota";
    vec![
        named(Field::select("account_id", "Who is away?"), "Choose a colleague", &choices(colleagues)),
        named(Field::select("stand_in_account_id", "Who stands in? (optional)"), nobody, &choices(&readers)),
        Field::day("first_day", "First day away (optional)")
            .hint("For example, 27/3/2027. From now on where you leave it empty."),
        Field::day("last_day", "Last day away (optional)")
            .hint("For example, 29/3/2027. Until you say that they are back where you leave it empty."),
    ]
}

fn page(visit: &Visit, colleagues: &[Colleague]) -> FormPage {
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("Who reads concerns", visit.at("/cover"))]);
    let head = Head::new("Record that somebody is away", crumbs);
    visit
        .form_page(head, visit.at("/cover/absences"), "Save", fields(colleagues))
        .lead("Concerns go to whoever stands in from then on. You are not asked why somebody is away.")
}

/// Asks.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::CoverKeep)?;
    let colleagues = can_be_away(&visit).await?;
    visit.page(&page(&visit, &colleagues))
}

/// The beginning of a day that was typed; none where it was left empty.
fn day(v: &mut Violations, answers: &Answers, name: &str, thing: &str) -> Option<time::Date> {
    let text = answers.text(name);
    let day = words::typed_day(&text);
    v.check(text.is_empty() || day.is_some(), name, format!("{thing} must be a real date, such as 27/3/2027"));
    day
}

fn command(visit: &Visit, answers: &Answers, now: OffsetDateTime) -> Result<RecordAbsenceRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("account_id").is_empty(), "account_id", "Select who is away");
    let first = day(&mut v, answers, "first_day", "The first day");
    let last = day(&mut v, answers, "last_day", "The last day");
    let today = london(now).date();
    v.check(first.is_none_or(|first| first >= today), "first_day", "The first day must be today or in the future");
    v.check(
        last.is_none_or(|last| last >= first.unwrap_or(today)),
        "last_day",
        "The last day must be the first day or later",
    );
    v.finish()?;
    // Today begins now.
    let from = first.filter(|first| *first > today).map(|first| on(first, Time::MIDNIGHT));
    Ok(RecordAbsenceRequest {
        school_id: visit.school.clone(),
        account_id: answers.text("account_id"),
        start_time: from.map(timestamp),
        end_time: last.map(|last| timestamp(end_of_day(last) + Duration::SECOND)),
        stand_in_account_id: answers.text("stand_in_account_id"),
        request_id: answers.request_id(),
        only_head: false,
        only_chair: false,
    })
}

/// The same with what the service does not know: whether they alone are the head, or the chair of governors.
async fn known(visit: &Visit, command: RecordAbsenceRequest) -> Result<RecordAbsenceRequest, Error> {
    let (only_head, only_chair) = adult::alone_in_office(&visit.app, &visit.school, &command.account_id).await?;
    Ok(RecordAbsenceRequest { only_head, only_chair, ..command })
}

/// Records it.
pub async fn record(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = match command(&visit, &answers, visit.now()) {
        Ok(command) => known(&visit, command).await,
        Err(error) => Err(error),
    };
    let done = match command {
        Ok(command) => heard(visit.cases()?.record_absence(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at("/cover?done=absence")),
        Err(error) => {
            let colleagues = can_be_away(&visit).await?;
            let error = match error.violations().first() {
                Some(v) if v.field == "end_time" => Error::invalid("last_day", &v.message),
                _ => error,
            };
            visit.again(page(&visit, &colleagues), &answers, error, &visit.at("/cover"))
        }
    }
}

/// Records that they are back.
pub async fn end(Path((_, absence_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = EndAbsenceRequest { school_id: visit.school.clone(), absence_id, request_id: answers.request_id() };
    heard(visit.cases()?.end_absence(ask(command))).await?;
    visit.to(&visit.at("/cover?done=absence_ended"))
}
