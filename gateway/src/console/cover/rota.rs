//! The rota: who is there for concerns on which days and in which hours.

use axum::extract::Query;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::{Colleague, Permission},
    incident_cases::v1::{Cover, SetRotaRequest, Shift},
};
use serde::Deserialize;

use super::{WEEKDAYS, fetch, readers};
use crate::{
    console::{
        case::access::choices,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Row},
        words,
    },
};

/// Hours of a day that the page asks for, and people of each.
const SHIFTS: usize = 3;
const PEOPLE: usize = 3;
/// What the hours of a day, and the people of them, are called.
const HOURS: [&str; SHIFTS] = ["Hours", "More hours (optional)", "Still more hours (optional)"];
const TURNS: [&str; PEOPLE] = ["Who reads first?", "Who is next? (optional)", "And then? (optional)"];

/// The day whose hours are shown to begin with.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    #[serde(default)]
    day: String,
}

/// What is asked, with what is said of a day now.
pub fn fields(cover: &Cover, day: &str, colleagues: &[Colleague]) -> Vec<Field> {
    let known: Vec<&Shift> = cover.shifts.iter().filter(|shift| shift.weekday == day).collect();
    let people = choices(colleagues);
    let mut fields = vec![
        Field::checkboxes("weekdays", "On which days?", WEEKDAYS)
            .values(if day.is_empty() { Vec::new() } else { vec![day.to_owned()] })
            .hint("What you enter below takes the place of what was said of these days."),
    ];
    for (n, label) in HOURS.iter().enumerate() {
        let shift = known.get(n);
        let hours = shift.map(|shift| format!("{} to {}", shift.start, shift.end)).unwrap_or_default();
        let usual = cover.clocks.as_ref().map(|c| format!("{} to {}", c.day_start, c.day_end)).unwrap_or_default();
        let example = if usual.is_empty() { "08:30 to 15:30" } else { &usual };
        let hint = format!("For example, {example}. Leave it empty where nobody is there.");
        fields.push(Field::name(&format!("hours_{n}"), label).hint(&hint).width("20").value(hours));
        for (turn, label) in TURNS.iter().enumerate() {
            let held = shift.and_then(|shift| shift.account_ids.get(turn)).cloned().unwrap_or_default();
            let field = Field::select(&format!("person_{n}_{turn}"), label).choices([("", "Nobody")]);
            fields.push(field.choices(people.iter().map(|(id, name)| (id.as_str(), name.as_str()))).value(held));
        }
    }
    fields
}

fn page(visit: &Visit, cover: &Cover, day: &str, colleagues: &[Colleague]) -> FormPage {
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("Who reads concerns", visit.at("/cover"))]);
    let head = Head::new("Change the rota", crumbs);
    let mut page = visit.form_page(head, visit.at("/cover/rota"), "Save the rota", fields(cover, day, colleagues));
    page.form = page.form.carrying("etag", cover.etag.clone());
    page.rows.extend(cover.shifts.iter().map(|shift| {
        let change = format!("{}?day={}", visit.at("/cover/rota"), shift.weekday);
        let day = words::called(WEEKDAYS, &shift.weekday);
        Row::new(day.clone(), format!("{} to {}", shift.start, shift.end)).change(change, day)
    }));
    page.lead(
        "Whoever is first reads what comes in their hours. What they do not read in time goes to whoever is next.",
    )
}

/// Asks.
pub async fn show(visit: Visit, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::CoverKeep)?;
    let (cover, colleagues) = (fetch(&visit).await?, readers(&visit).await?);
    visit.page(&page(&visit, &cover, &which.day, &colleagues))
}

fn command(visit: &Visit, answers: &Answers) -> Result<SetRotaRequest, Error> {
    let mut v = Violations::new();
    let weekdays = answers.all("weekdays");
    v.check(!weekdays.is_empty(), "weekdays", "Select one or more days");
    let mut shifts = Vec::new();
    for n in 0..SHIFTS {
        let field = format!("hours_{n}");
        let hours = answers.text(&field);
        let people: Vec<String> = (0..PEOPLE).flat_map(|turn| answers.all(&format!("person_{n}_{turn}"))).collect();
        if hours.is_empty() {
            v.check(people.is_empty(), field, "Enter the hours, such as 08:30 to 15:30");
            continue;
        }
        let read = chassis::calendar::Hours::read(&hours);
        v.check(read.is_some(), field, "Enter hours such as 08:30 to 15:30");
        v.check(!people.is_empty(), format!("person_{n}_0"), "Select who reads first");
        let (start, end) = hours.split_once(" to ").unwrap_or_default();
        let (start, end) = (start.trim().to_owned(), end.trim().to_owned());
        shifts.push(Shift { start, end, account_ids: people, ..Shift::default() });
    }
    v.finish()?;
    Ok(SetRotaRequest {
        school_id: visit.school.clone(),
        weekdays,
        shifts,
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    })
}

/// Saves it.
pub async fn save(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match command(&visit, &answers) {
        Ok(command) => heard(visit.cases()?.set_rota(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at("/cover?done=rota")),
        Err(error) => {
            let (cover, colleagues) = (fetch(&visit).await?, readers(&visit).await?);
            let error = match error.violations().first() {
                Some(v) if v.field == "shifts" => Error::invalid("hours_0", &v.message),
                _ => error,
            };
            visit.again(page(&visit, &cover, "", &colleagues), &answers, error, &visit.at("/cover"))
        }
    }
}
