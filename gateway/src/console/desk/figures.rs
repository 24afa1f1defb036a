//! What is counted of a desk's allegations, for its own eyes; and what it published of a year, to download.

use axum::extract::Path;
use chassis::{
    clock::london,
    error::{Error, Violations},
    table::Table,
};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        DeskFigure, GetDeskFiguresRequest, GetDeskFiguresResponse, PublishDeskFiguresRequest, PublishedDeskFigures,
    },
};
use serde::{Deserialize, Serialize};
use time::{Duration, Month, OffsetDateTime};

use super::{
    allegation::{OUTCOMES, SOURCES},
    at, crumbs, desk,
};
use crate::{
    console::{
        figures::attachment,
        known::Known,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Field, FormPage},
        part::{Head, Link, percent},
        words::{self, Codes},
    },
};

/// What is counted besides sources and outcomes.
const COUNTS: Codes = &[
    ("opened", "Taken in"),
    ("threshold_met", "Harm threshold met"),
    ("below_threshold", "Harm threshold not met"),
    ("not_evaluated", "Not evaluated yet"),
    ("closed", "Closed"),
    ("days_to_evaluate", "Days from the first call to the first evaluation (median)"),
    ("days_to_close", "Days from the first call to the end (median)"),
];

/// The days that are counted.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Days {
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
}

/// Which year.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct OfYear {
    #[serde(default)]
    year: String,
}

/// The page.
#[derive(Debug, Serialize)]
pub struct DeskFigures {
    head: Head,
    action: String,
    from: String,
    until: String,
    tables: Vec<Counted>,
    /// What was published of years, to download.
    published: Vec<Link>,
    /// Where one is published; none for whoever does not work the desk.
    publish: Option<Link>,
}

#[derive(Debug, Serialize)]
struct Counted {
    title: &'static str,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    title: String,
    count: String,
}

impl Page for DeskFigures {
    const TEMPLATE: &'static str = "desk_figures.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let figure = |key: &str, count| DeskFigure { key: key.into(), count, ..DeskFigure::default() };
        let answer = GetDeskFiguresResponse {
            opened: vec![figure("opened", 20), figure("child", 2)],
            closed: vec![figure("closed", 7), figure("false", 7), figure("days_to_close", 31)],
            published: vec![PublishedDeskFigures { year: "2025-26".into(), ..PublishedDeskFigures::default() }],
            first_date: "2025-09-14".into(),
        };
        let days = Days { from: "1/9/2026".into(), until: "26/11/2026".into() };
        let none = GetDeskFiguresResponse::default();
        vec![
            Self::new(&answer, &days, "/desks/lado", Vec::new(), true),
            Self::new(&none, &days, "/desks/lado", Vec::new(), false),
        ]
    }
}

/// What a count is called.
fn title(figure: &DeskFigure) -> String {
    let known = |codes: Codes| codes.iter().find(|(code, _)| *code == figure.key).map(|(_, title)| (*title).to_owned());
    let source = || known(SOURCES).map(|source| format!("Told by: {}", source.to_lowercase()));
    known(COUNTS).or_else(|| known(OUTCOMES)).or_else(source).unwrap_or_else(|| words::sentence(&figure.key))
}

/// The newest version of each year that was published.
fn newest(published: &[PublishedDeskFigures]) -> impl Iterator<Item = &PublishedDeskFigures> {
    // They come with the newest first.
    let mut last = "";
    published.iter().filter(move |year| std::mem::replace(&mut last, &year.year) != year.year)
}

/// A year as it is named, with its version where it was corrected.
fn called(year: &PublishedDeskFigures) -> String {
    match year.version {
        2.. => format!("{}, version {}", year.year, year.version),
        _ => year.year.clone(),
    }
}

impl DeskFigures {
    fn new(answer: &GetDeskFiguresResponse, days: &Days, desk: &str, crumbs: Vec<Link>, works: bool) -> Self {
        let line = |figure: &DeskFigure| Line { title: title(figure), count: figure.count.to_string() };
        let table = |title, figures: &[DeskFigure]| Counted { title, lines: figures.iter().map(line).collect() };
        let file = |year: &str, called: String| {
            Link::new(format!("{called} (CSV)"), format!("{desk}/figures.csv?year={}", percent(year)))
        };
        Self {
            head: Head::new("Figures of the desk", crumbs),
            action: format!("{desk}/figures"),
            from: days.from.clone(),
            until: days.until.clone(),
            tables: vec![
                table("Taken in during these days", &answer.opened),
                table("Closed during these days", &answer.closed),
            ],
            published: newest(&answer.published).map(|year| file(&year.year, called(year))).collect(),
            publish: works.then(|| Link::new("Publish the figures of a year", format!("{desk}/figures/new"))),
        }
    }
}

/// The days asked for; the year until today where none are.
fn meant(visit: &Visit, days: &Days) -> Days {
    let today = london(visit.now()).date();
    let or = |typed: &str, day: time::Date| match typed.trim() {
        "" => words::day_to_type(&day.to_string()),
        typed => typed.to_owned(),
    };
    Days { from: or(&days.from, today - Duration::days(365)), until: or(&days.until, today) }
}

async fn counted(visit: &Visit, days: &Days) -> Result<GetDeskFiguresResponse, Error> {
    // The service would name a day as the contract writes it, and the field holds it as people do.
    let day = |field: &str, typed: &str| {
        let wrong = || Error::invalid(field, "Enter a day such as 27/3/2026");
        words::typed_day(typed).map(|day| day.to_string()).ok_or_else(wrong)
    };
    let asked = GetDeskFiguresRequest {
        desk: desk(visit)?.name().to_owned(),
        from_date: day("from_date", &days.from)?,
        until_date: day("until_date", &days.until)?,
    };
    heard(visit.cases()?.get_desk_figures(ask(asked))).await
}

/// Shows them.
pub async fn show(visit: Visit, Path(_): Path<String>, Known(days): Known<Days>) -> Answer {
    visit.needs(Permission::DeskRead)?;
    let days = meant(&visit, &days);
    let answer = counted(&visit, &days).await?;
    let works = visit.may(Permission::DeskWork);
    let publishes = works && !years(visit.now(), &answer.first_date).is_empty();
    visit.page(&DeskFigures::new(&answer, &days, &at(&visit, ""), crumbs(&visit, &[]), publishes))
}

/// The last years that are over on a day, from 1 April to 31 March, the latest first; none by whose end the desk held nothing.
fn years(now: OffsetDateTime, first_date: &str) -> Vec<String> {
    let today = london(now).date();
    let begun = if u8::from(today.month()) < u8::from(Month::April) { today.year() - 1 } else { today.year() };
    // Days are written so that they sort.
    let held = |year: &i32| !first_date.is_empty() && first_date <= format!("{}-03-31", year + 1).as_str();
    (1..=3).map(|ago| begun - ago).filter(held).map(|year| format!("{year}-{:02}", (year + 1) % 100)).collect()
}

/// What is asked to publish a year.
pub fn publish_fields(years: &[String]) -> Vec<Field> {
    let years = years.iter().map(|year| (year.as_str(), year.as_str()));
    vec![
        Field::select("year", "Which year, from 1 April to 31 March?").choices(years).hint(
            "Small numbers, and whatever would tell one, are left out. What is told stands: it is put right by a new \
             version alone, and only where what changed is no small number.",
        ),
        Field::checkboxes(
            "correct",
            "Was it published before? (optional)",
            &[("yes", "Publish a corrected version of it")],
        ),
    ]
}

async fn publish_page(visit: &Visit) -> Result<FormPage, Error> {
    let years = years(visit.now(), &counted(visit, &meant(visit, &Days::default())).await?.first_date);
    if years.is_empty() {
        return Err(Error::wrong_state(
            "no year is over by whose end the desk held an allegation: nothing can be published yet",
        ));
    }
    let figures = at(visit, "/figures");
    let head = Head::new("Publish the figures of a year", crumbs(visit, &[("Figures", figures.clone())]));
    Ok(visit.form_page(head, format!("{figures}/new"), "Publish", publish_fields(&years)))
}

/// Asks which year is published.
pub async fn show_publish(visit: Visit, Path(_): Path<String>) -> Answer {
    visit.needs(Permission::DeskWork)?;
    visit.page(&publish_page(&visit).await?)
}

/// Publishes it.
pub async fn publish(Path(_): Path<String>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let mut v = Violations::new();
    v.check(!answers.text("year").is_empty(), "year", "Select the year");
    let year = answers.text("year");
    let mut corrects = 0;
    if !answers.text("correct").is_empty() {
        let published = counted(&visit, &meant(&visit, &Days::default())).await?.published;
        corrects = newest(&published).find(|one| one.year == year).map_or(0, |one| one.version);
        v.check(corrects > 0, "correct", "Leave it out: no figures of this year were published");
    }
    let asked = PublishDeskFiguresRequest {
        desk: desk(&visit)?.name().to_owned(),
        year,
        request_id: answers.request_id(),
        corrects,
    };
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.publish_desk_figures(ask(asked))).await,
        Err(error) => Err(error),
    };
    let figures = at(&visit, "/figures");
    match done {
        Ok(_) => visit.to(&format!("{figures}?done=desk_published")),
        Err(error) => visit.again(publish_page(&visit).await?, &answers, error, &figures),
    }
}

/// What was published of a year, as a table for a spreadsheet. There is none of other days: two that differ by one tell a count.
pub async fn csv(visit: Visit, Path(_): Path<String>, Known(of): Known<OfYear>) -> Answer {
    visit.needs(Permission::DeskRead)?;
    let answer = counted(&visit, &meant(&visit, &Days::default())).await?;
    let year = answer.published.iter().find(|year| year.year == of.year).ok_or_else(|| {
        Error::invalid("year", "Select a year that was published: figures of other days are for the desk alone")
    })?;
    let mut table = Table::new(["YEAR", "WHAT", "COUNT"])?;
    for figure in year.opened.iter().chain(&year.closed) {
        table.row([year.year.as_str(), title(figure).as_str(), &figure.published])?;
    }
    attachment(&format!("desk-figures-{}.csv", year.year), table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_year_is_offered_that_cannot_be_published() {
        let now = time::macros::datetime!(2026-11-24 09:00 UTC);
        assert_eq!(years(now, "2020-01-01"), ["2025-26", "2024-25", "2023-24"]);
        assert_eq!(years(now, "2026-03-31"), ["2025-26"]);
        assert_eq!(
            years(now, "2026-04-01"),
            Vec::<String>::new(),
            "the first was taken in after every year that is over"
        );
        assert!(years(now, "").is_empty());
    }
}
