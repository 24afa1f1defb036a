//! A school's place among schools of its phase: a quarter or the middle half, and no figure of another school.

use chassis::calendar::Term;
use proto::{
    access::v1::Permission,
    reporting::v1::{Benchmark, ListBenchmarksRequest, ListBenchmarksResponse},
};
use serde::Serialize;
use time::OffsetDateTime;

use crate::{
    console::{
        figures::{OfTerm, defined, standing},
        known::Known,
        visit::{Answer, Visit, ask_patiently, heard},
    },
    pages::{
        Page,
        part::{Head, Link, Row},
        words::{self, Codes},
    },
};

/// The bands.
const BANDS: Codes = &[
    ("lower_quarter", "In the lower quarter"),
    ("middle_half", "In the middle half"),
    ("upper_quarter", "In the upper quarter"),
];

/// The page.
#[derive(Debug, Serialize)]
pub struct Places {
    head: Head,
    /// How far events are counted.
    rows: Vec<Row>,
    phase: String,
    min_schools: u32,
    terms: Vec<Link>,
    places: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    title: String,
    definition: String,
    place: String,
    reading: String,
}

impl Page for Places {
    const TEMPLATE: &'static str = "benchmark.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::reporting::v1::Term as Named;

        let now = time::macros::datetime!(2026-11-24 09:00 UTC);
        let one = |band: &str, why: &str| Benchmark {
            measure: "cases_opened".into(),
            title: "Cases <opened>".into(),
            definition: "Cases opened in the period.".into(),
            owner: "dsl".into(),
            measure_version: 1,
            reading: "Neither end is better.".into(),
            band: band.into(),
            why_not: why.into(),
            events: vec!["CaseOpened".into()],
        };
        let answer = ListBenchmarksResponse {
            term: Some(Named { term_id: "2026-spring".into(), title: "Spring term 2026".into(), ..Named::default() }),
            phase: "primary".into(),
            phase_title: "Primary".into(),
            benchmarks: vec![one("lower_quarter", ""), one("", "hidden"), one("", "too_few"), one("", "no_data")],
            min_schools: 10,
            figures_as_of_time: Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 }),
        };
        vec![
            Self::new(&answer, "/schools/sch_1/reports/places", Vec::new(), now),
            Self::new(&ListBenchmarksResponse::default(), "/schools/sch_1/reports/places", Vec::new(), now),
        ]
    }
}

impl Places {
    fn new(answer: &ListBenchmarksResponse, here: &str, crumbs: Vec<Link>, now: OffsetDateTime) -> Self {
        let term = answer.term.clone().unwrap_or_default();
        let place = |one: &Benchmark| match one.why_not.as_str() {
            "" => words::called(BANDS, &one.band),
            "hidden" => "Not said: the school’s own figure is hidden".to_owned(),
            "too_few" => format!("Not said: fewer than {} schools of the phase have a figure", answer.min_schools),
            _ => "Not said: nothing was counted, or it is not recorded how many learners the school has".to_owned(),
        };
        let line = |one: &Benchmark| Line {
            title: words::sentence(&one.title),
            definition: defined(&one.definition, (one.measure_version, &one.owner), &one.events),
            place: place(one),
            reading: one.reading.clone(),
        };
        Self {
            head: Head::new("Place among schools of the phase", crumbs).of(term.title.clone()),
            phase: answer.phase_title.clone(),
            min_schools: answer.min_schools,
            rows: standing(None, "", answer.figures_as_of_time.as_ref()),
            terms: around(&term.term_id, here, now),
            places: answer.benchmarks.iter().map(line).collect(),
        }
    }
}

/// The terms around one, as far as they are over.
fn around(term_id: &str, here: &str, now: OffsetDateTime) -> Vec<Link> {
    let Ok(term) = term_id.parse::<Term>() else { return Vec::new() };
    let link =
        |text: &str, term: Term| Link::new(format!("{text}: {}", term.title()), format!("{here}?term={}", term.id()));
    let after = Some(term.after()).filter(|after| after.end() <= now).map(|after| link("Term after", after));
    std::iter::once(link("Term before", term.before())).chain(after).collect()
}

/// Shows it.
pub async fn show(visit: Visit, Known(which): Known<OfTerm>) -> Answer {
    visit.needs(Permission::ReportRead)?;
    let asked = ListBenchmarksRequest { school_id: visit.school.clone(), term_id: which.term };
    let answer = heard(visit.reporting()?.list_benchmarks(ask_patiently(asked))).await?;
    let (here, reports) = (visit.at("/reports/places"), visit.at("/reports"));
    visit.page(&Places::new(&answer, &here, visit.crumbs(&[("Reports", reports)]), visit.now()))
}
