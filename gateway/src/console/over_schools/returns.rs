//! The returns that the authority makes: which there are, and one of a year, filled as far as it can be.

use axum::{extract::Path, response::IntoResponse as _};
use chassis::{clock::london, error::Error};
use http::header;
use proto::{
    access::v1::Permission,
    reporting::v1::{
        ExportReturnRequest, FilledReturn, GetReturnRequest, ListReturnsRequest, ReportFormat, ReturnLine,
        ReturnTemplate,
    },
};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::{
    console::{
        figures::dated,
        governor::file,
        known::Known,
        visit::{Answer, Visit, ask, ask_patiently, heard},
    },
    pages::{
        Page,
        part::{Head, Link, Row, percent},
        words,
    },
};

/// What a return is offered as.
const FILES: [(&str, &str); 3] = [("pdf", "PDF"), ("xlsx", "Workbook (XLSX)"), ("csv", "Table (CSV)")];
const TITLE: &str = "Returns";

/// Which year.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Of {
    #[serde(default)]
    year: String,
}

/// The list.
#[derive(Debug, Serialize)]
pub struct Returns {
    head: Head,
    returns: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Listed {
    link: Link,
    recipient: String,
    year: String,
    due: String,
    note: String,
}

/// One of a year.
#[derive(Debug, Serialize)]
pub struct ReturnPage {
    head: Head,
    rows: Vec<Row>,
    note: String,
    years: Vec<Link>,
    files: Vec<Link>,
    lines: Vec<Line>,
    over: bool,
}

#[derive(Debug, Serialize)]
struct Line {
    number: String,
    title: String,
    definition: String,
    figure: String,
    why_not: String,
    parts: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    title: String,
    figure: String,
}

#[cfg(test)]
fn sample() -> ReturnTemplate {
    ReturnTemplate {
        key: "lado-annual".into(),
        title: "Annual report <LADO>".into(),
        recipient: "The partnership".into(),
        note: "Agreed locally.".into(),
        owner: "lado".into(),
        version: 1,
        period: "financial_year".into(),
        last_year: "2025-26".into(),
        due_date: "2026-06-30".into(),
    }
}

impl Page for Returns {
    const TEMPLATE: &'static str = "authority_returns.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let today = time::macros::date!(2026 - 11 - 24);
        vec![Self::new(&[sample()], today, Vec::new()), Self::new(&[], today, Vec::new())]
    }
}

impl Page for ReturnPage {
    const TEMPLATE: &'static str = "authority_return.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::reporting::v1::{Figure, ReturnPart};

        let figure = |value, code: &str| Some(Figure { value, code: code.into() });
        let part = ReturnPart {
            key: "P1".into(),
            title: "Part <1>".into(),
            figure: figure(7, ""),
            held_date: "2026-11-15".into(),
        };
        let line = |figure, why: &str, parts: Vec<ReturnPart>| ReturnLine {
            number: "1".into(),
            title: "Cases <opened>".into(),
            definition: "Cases opened in the period.".into(),
            figure,
            parts,
            why_not: why.into(),
            source: "measure:cases_opened 1".into(),
            held_date: String::new(),
        };
        let filled = FilledReturn {
            template: Some(sample()),
            year: "2025-26".into(),
            from_date: "2025-04-01".into(),
            until_date: "2026-03-31".into(),
            over: true,
            due_date: "2026-06-30".into(),
            lines: vec![
                line(figure(1_200, ""), "", vec![part]),
                ReturnLine { held_date: "2026-11-15".into(), ..line(figure(6, ""), "It waits.", Vec::new()) },
                line(figure(0, "c"), "Hidden.", Vec::new()),
                line(None, "Written by the officer.", Vec::new()),
            ],
            filled: 1,
            open: 1,
            ..FilledReturn::default()
        };
        let empty = FilledReturn { template: Some(sample()), ..FilledReturn::default() };
        let today = time::macros::date!(2026 - 06 - 30);
        vec![Self::new(&filled, today, Vec::new()), Self::new(&empty, today, Vec::new())]
    }
}

/// By when a return is due, and that the day is past: whether it was sent nobody records here.
fn due(day: &str, today: Date) -> String {
    let shown = words::named_day(day);
    // Days are written so that they sort.
    if !day.is_empty() && day < today.to_string().as_str() { format!("{shown}, which is past") } else { shown }
}

impl Returns {
    fn new(returns: &[ReturnTemplate], today: Date, crumbs: Vec<Link>) -> Self {
        let listed = |one: &ReturnTemplate| Listed {
            link: Link::new(one.title.clone(), format!("/authority/returns/{}", one.key)),
            recipient: one.recipient.clone(),
            year: one.last_year.clone(),
            due: due(&one.due_date, today),
            note: one.note.clone(),
        };
        Self { head: Head::new(TITLE, crumbs), returns: returns.iter().map(listed).collect() }
    }
}

/// The years beside one, by name.
fn beside(year: &str) -> Vec<(&'static str, String)> {
    let Some(begins) = year.get(..4).and_then(|year| year.parse::<i32>().ok()) else { return Vec::new() };
    let name = |year: i32| format!("{year}-{:02}", (year + 1) % 100);
    vec![("Year before", name(begins - 1)), ("Year after", name(begins + 1))]
}

impl ReturnPage {
    fn new(filled: &FilledReturn, today: Date, crumbs: Vec<Link>) -> Self {
        let template = filled.template.clone().unwrap_or_default();
        let (here, year) = (format!("/authority/returns/{}", template.key), percent(&filled.year));
        let line = |line: &ReturnLine| Line {
            number: line.number.clone(),
            title: line.title.clone(),
            definition: line.definition.clone(),
            // What is open is filled in by somebody: it is no figure that is missing.
            figure: match &line.figure {
                Some(one) => dated(Some(one), &line.held_date),
                None => "To fill in".to_owned(),
            },
            why_not: line.why_not.clone(),
            parts: line
                .parts
                .iter()
                .map(|part| Part {
                    title: words::sentence(&part.title),
                    figure: dated(part.figure.as_ref(), &part.held_date),
                })
                .collect(),
        };
        let (from, until) = (words::named_day(&filled.from_date), words::named_day(&filled.until_date));
        let rows = [
            Some(Row::new("To", template.recipient.clone())),
            Some(Row::new("Year", format!("{from} to {until}"))),
            Some(Row::new("Due", due(&filled.due_date, today))),
            Some(Row::new("Lines with a number", format!("{} of {}", filled.filled, filled.lines.len()))),
            Some(Row::new("Lines to fill in", filled.open.to_string())),
            Some(Row::new(
                "Template",
                format!("Version {}. Owner: {}.", template.version, words::spaced(&template.owner)),
            )),
            Row::some("Newest event that is counted", words::stamp(filled.figures_as_of_time.as_ref())),
        ];
        // The year after one that runs has not begun.
        let years = beside(&filled.year).into_iter().take(if filled.over { 2 } else { 1 });
        Self {
            head: Head::new(template.title.clone(), crumbs).of(filled.year.clone()),
            rows: rows.into_iter().flatten().collect(),
            note: template.note.clone(),
            years: years
                .map(|(text, year)| Link::new(format!("{text}: {year}"), format!("{here}?year={year}")))
                .collect(),
            files: FILES.map(|(ending, text)| Link::new(text, format!("{here}.{ending}?year={year}"))).to_vec(),
            lines: filled.lines.iter().map(line).collect(),
            over: filled.over,
        }
    }
}

/// Lists them.
pub async fn list(visit: Visit) -> Answer {
    visit.needs(Permission::ReportReadAuthority)?;
    let answer = heard(visit.reporting()?.list_returns(ask(ListReturnsRequest {}))).await?;
    visit.page(&Returns::new(&answer.returns, london(visit.now()).date(), visit.crumbs(&[])))
}

/// Shows one, or sends it as a file where the address ends as one does.
pub async fn show(visit: Visit, Path(key): Path<String>, Known(of): Known<Of>) -> Answer {
    visit.needs(Permission::ReportReadAuthority)?;
    if let Some((key, format)) = file::named(&key) {
        return send(&visit, key, &of.year, format).await;
    }
    let asked = GetReturnRequest { return_key: key, year: of.year };
    let answer = heard(visit.reporting()?.get_return(ask_patiently(asked))).await?;
    let filled = answer.filled.ok_or_else(Error::missing)?;
    visit.page(&ReturnPage::new(
        &filled,
        london(visit.now()).date(),
        visit.crumbs(&[(TITLE, "/authority/returns".to_owned())]),
    ))
}

async fn send(visit: &Visit, key: &str, year: &str, format: ReportFormat) -> Answer {
    let asked = ExportReturnRequest {
        return_key: key.to_owned(),
        year: year.to_owned(),
        format: format.into(),
        authority_name: visit.app.config().authority_name.clone(),
    };
    let file = heard(visit.reporting()?.export_return(ask_patiently(asked))).await?;
    let disposition = format!("attachment; filename=\"{}\"", file.file_name);
    let headers = [(header::CONTENT_TYPE, file.media_type), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, file.content).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_is_past_is_said_to_be() {
        let today = time::macros::date!(2026 - 07 - 01);
        let said = ["2026-06-30", "2026-07-01", ""].map(|day| due(day, today));
        assert_eq!(said, ["30 June 2026, which is past", "1 July 2026", ""]);
    }

    #[test]
    fn the_years_beside_one_are_named() {
        let named = beside("2099-00").into_iter().map(|(_, year)| year).collect::<Vec<_>>();
        assert_eq!(named, ["2098-99", "2100-01"]);
        assert!(beside("").is_empty());
    }
}
