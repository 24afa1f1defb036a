//! What a feed is expected to do, as its owner states it.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{Rhythm, SetFeedRhythmRequest},
};

use super::coverage;
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::Head,
        words::Codes,
    },
};

const KINDS: Codes =
    &[("learnt", "Go by what is usual"), ("every", "Lines come all the time"), ("daily", "One export a day")];
const DAYS: Codes = &[("school_days", "School days, by the school’s calendar"), ("every_day", "Every day")];

/// What is asked, with what is stated now.
pub fn fields(held: Option<&Rhythm>) -> Vec<Field> {
    let none = Rhythm::default();
    let held = held.unwrap_or(&none);
    let or = |value: &str, usual: &str| if value.is_empty() { usual.to_owned() } else { value.to_owned() };
    let minutes = if held.minutes == 0 { String::new() } else { held.minutes.to_string() };
    vec![
        Field::radios("kind", "What is expected of it?", KINDS).value(or(&held.kind, "learnt")),
        Field::name("minutes", "At least every how many minutes? (where lines come all the time)")
            .hint("From 1 to 240. You are told within a quarter of an hour after that.")
            .value(minutes)
            .width("5"),
        Field::name("start", "From what time of day? (where lines come all the time)")
            .hint("For example, 08:00.")
            .value(held.start.clone())
            .width("5"),
        Field::name("end", "Until what time of day? (where lines come all the time)")
            .hint("For example, 16:00.")
            .value(held.end.clone())
            .width("5"),
        Field::name("by", "By what time is the export of a day there? (where there is one export a day)")
            .hint("For example, 06:00: of the next morning, where it is earlier than the end of school.")
            .value(held.by.clone())
            .width("5"),
        Field::radios("days", "On which days?", DAYS).value(or(&held.days, "school_days")),
    ]
}

async fn page(visit: &Visit, feed_id: &str) -> Result<FormPage, Error> {
    let feed = super::feed(visit, feed_id).await?;
    let coverage = coverage::of(visit, feed_id).await.and_then(|answer| answer.coverage);
    let held = coverage.and_then(|coverage| coverage.rhythm);
    let here = visit.at(&format!("/filtering/feeds/{feed_id}"));
    let crumbs = visit.crumbs(&[("Filtering", visit.at("/filtering")), ("Feed", here.clone())]);
    let head = Head::new("What is expected of a feed", crumbs).of(feed.name);
    let page = visit.form_page(head, format!("{here}/rhythm"), "Save", fields(held.as_ref()));
    Ok(page.lead("Where nothing is stated, the platform learns from the last school days what is usual at each hour. A feed that is silent for longer than expected is told to you and to the lead."))
}

/// Asks.
pub async fn show(visit: Visit, Path((_, feed_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::FeedManage)?;
    visit.page(&page(&visit, &feed_id).await?)
}

/// Saves it.
pub async fn save(Path((_, feed_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::FeedManage)?;
    let done = match command(&visit, &feed_id, &answers) {
        Ok(command) => heard(visit.filtering()?.set_feed_rhythm(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at(&format!("/filtering/feeds/{feed_id}?done=rhythm"))),
        Err(error) => visit.again(page(&visit, &feed_id).await?, &answers, error, ""),
    }
}

fn command(visit: &Visit, feed_id: &str, answers: &Answers) -> Result<SetFeedRhythmRequest, Error> {
    let mut v = Violations::new();
    let kind = answers.text("kind");
    v.check(!kind.is_empty(), "kind", "Select what is expected of the feed");
    let minutes = answers.text("minutes").parse::<u32>();
    v.check(kind != "every" || minutes.is_ok(), "minutes", "Enter at least every how many minutes, 1 to 240");
    v.finish()?;
    let every = |name: &str| if kind == "every" { answers.text(name) } else { String::new() };
    let stated = || Rhythm {
        kind: kind.clone(),
        minutes: if kind == "every" { minutes.clone().unwrap_or_default() } else { 0 },
        start: every("start"),
        end: every("end"),
        by: if kind == "daily" { answers.text("by") } else { String::new() },
        days: answers.text("days"),
    };
    Ok(SetFeedRhythmRequest {
        school_id: visit.school.clone(),
        feed_id: feed_id.to_owned(),
        rhythm: (kind != "learnt").then(stated),
        request_id: answers.request_id(),
    })
}
