//! The chronology of a case: its significant events with what they meant for the child and what turned it, oldest first, to
//! read or print. It has the very records that its print has.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, PrintCaseRequest, PrintRecord},
};
use serde::Serialize;

use super::{STATES, fetch};
use crate::{
    console::{
        people::People,
        visit::{Answer, Visit, ask_patiently, heard},
    },
    pages::{
        Page,
        part::{Head, Link, Row},
        words,
    },
};

/// The chronology.
#[derive(Debug, Serialize)]
pub struct Chronology {
    head: Head,
    rows: Vec<Row>,
    events: Vec<Line>,
    others: Vec<Link>,
}

/// One record.
#[derive(Debug, Serialize)]
pub struct Line {
    day: String,
    title: String,
    text: String,
    impact: String,
    recorded: String,
}

impl Page for Chronology {
    const TEMPLATE: &'static str = "chronology.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let people = People::of(&[("acc_1", "Ms <Ali>")]);
        let page = |case: &Case, records: &[PrintRecord]| {
            Self::new(case, lines(records, &people), Vec::new(), "/schools/sch_1/cases/cas_1")
        };
        vec![page(&super::sample(), &sample()), page(&Case::default(), &[])]
    }
}

/// Records of a print, as the service answers them.
#[cfg(test)]
pub fn sample() -> Vec<PrintRecord> {
    use proto::incident_cases::v1::PrintPart;
    let part = |name: &str, text: &str| PrintPart { name: name.into(), text: text.into() };
    let entry = PrintRecord {
        event_time: Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 }),
        event_time_kind: "day".into(),
        what: "Entry".into(),
        parts: vec![part("", "She saw <it>"), part("Impact", "Fear")],
        account_id: "acc_1".into(),
        ..PrintRecord::default()
    };
    let unknown = PrintRecord { event_time_kind: "unknown".into(), changed: true, ..entry.clone() };
    let addendum = PrintRecord {
        event_time_kind: "exact".into(),
        what: "Addendum".into(),
        parts: vec![part("To the entry of", "26 November 2026"), part("", "It was another")],
        account_id: String::new(),
        ..entry.clone()
    };
    vec![entry, addendum, unknown]
}

/// The records of a print, as a page shows them.
pub fn lines(records: &[PrintRecord], people: &People) -> Vec<Line> {
    records.iter().map(|record| Line::new(record, people)).collect()
}

impl Line {
    fn new(record: &PrintRecord, people: &People) -> Self {
        let at = record.event_time.as_ref();
        let (day, time) = match record.event_time_kind.as_str() {
            "day" => (words::day(at), None),
            "unknown" => (words::day(at).map(|day| format!("Recorded {day}")), None),
            _ => (words::day(at), words::stamp(at)),
        };
        let said = record.parts.iter().filter(|part| part.name != "Impact");
        let said = said.map(|part| match part.name.as_str() {
            "" => part.text.clone(),
            name => format!("{name}: {}", part.text),
        });
        let impact = record.parts.iter().find(|part| part.name == "Impact").map(|part| part.text.clone());
        let by = match record.account_id.as_str() {
            "" => None,
            account => Some(format!("Recorded by {}", people.name(account))),
        };
        let changed = record.changed.then(|| "Not all of it is as it was written".to_owned());
        Self {
            day: day.unwrap_or_default(),
            title: record.what.clone(),
            text: said.collect::<Vec<_>>().join("\n"),
            impact: impact.unwrap_or_default(),
            recorded: [time, by, changed].into_iter().flatten().collect::<Vec<_>>().join(". "),
        }
    }
}

/// The records that a print would have.
///
/// # Errors
/// Where the case is none that the visitor may read, or something asked for is wrong.
pub async fn records(visit: &Visit, asked: PrintCaseRequest) -> Result<Vec<Line>, Error> {
    let asked = PrintCaseRequest { preview: true, ..asked };
    let records = heard(visit.cases()?.print_case(ask_patiently(asked))).await?.records;
    let people = visit.people(records.iter().map(|record| record.account_id.as_str())).await;
    Ok(lines(&records, &people))
}

impl Chronology {
    fn new(case: &Case, events: Vec<Line>, crumbs: Vec<Link>, here: &str) -> Self {
        let mut rows = vec![Row::new("Kind of incident", case.procedure_title.clone())];
        rows.extend(Row::some("Opened", words::day(case.create_time.as_ref())));
        rows.push(Row::new("State", words::called(STATES, &case.state)));
        let parts = case.involvements.iter().filter(|i| i.end.is_none());
        let parts = parts
            .map(|i| format!("{}, {}", super::part::called(i), words::called(words::PARTS, &i.role).to_lowercase()));
        rows.extend(Row::some("People", Some(parts.collect::<Vec<_>>().join("\n"))));
        Self {
            head: Head::new("Chronology", crumbs).of(case.reference.clone()),
            rows,
            events,
            others: vec![
                Link::new("The whole log of this case", format!("{here}/log")),
                Link::new("Print it for somebody else, with who printed it and why", format!("{here}/prints")),
            ],
        }
    }
}

/// Shows it.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let case = fetch(&visit, &case_id).await?;
    let asked = PrintCaseRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        kind: "chronology".to_owned(),
        people: "names".to_owned(),
        ..PrintCaseRequest::default()
    };
    let events = records(&visit, asked).await?;
    let here = visit.at(&format!("/cases/{case_id}"));
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("Case", here.clone())]);
    visit.page(&Chronology::new(&case, events, crumbs, &here))
}
