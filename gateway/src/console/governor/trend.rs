//! Figures beside what was to be expected: over the authority's schools as a page of its own, and as rows for whatever page has them.

use chassis::error::Error;
use proto::{
    access::v1::Permission,
    reporting::v1::{
        Figure, GetAuthorityTrendsRequest, GetAuthorityTrendsResponse, ReportBar, ReportChart, ReportLine, TrendLine,
    },
};
use serde::Serialize;

use super::chart::Drawing;
use crate::{
    console::{
        figures::{AsAt, Which, dated, defined, standing},
        known::Known,
        tables,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        part::{Head, Link, Row},
        words,
    },
};

/// What is said of one figure.
#[derive(Debug, Serialize)]
pub struct Expected {
    title: String,
    /// What is counted; empty where it stands with the figure already.
    definition: String,
    figure: String,
    expected: String,
    verdict: &'static str,
    /// Whether it is a signal.
    signal: bool,
    reason: String,
}

impl Expected {
    fn new(title: &str, figure: String, said: &proto::reporting::v1::Expectation) -> Self {
        let (verdict, signal) = match said.verdict.as_str() {
            "as_expected" => ("As expected", false),
            "above" => ("Above", true),
            "below" => ("Below", true),
            "too_short" => ("Too early to say", false),
            _ => ("Not said", false),
        };
        let compared = signal || verdict == "As expected";
        let tenths = || format!("{}.{}", words::number(said.expected_tenths / 10), said.expected_tenths % 10);
        let expected = if compared { tenths() } else { String::new() };
        let definition = String::new();
        Self {
            title: words::sentence(title),
            definition,
            figure,
            expected,
            verdict,
            signal,
            reason: said.reason.clone(),
        }
    }

    /// A line of a report for governors; none of what does not come by chance.
    pub fn of(line: &ReportLine) -> Option<Self> {
        let held = line.held.clone().unwrap_or_default();
        let said = line.expectation.as_ref()?;
        Some(Self::new(&line.title, dated(line.figure.as_ref(), &held.now), said))
    }
}

/// The figures over all schools.
#[derive(Debug, Serialize)]
pub struct Trends {
    head: Head,
    rows: Vec<Row>,
    expected: Vec<Expected>,
    drawing: Option<Drawing>,
    method: String,
    min_cell: u32,
    as_at: AsAt,
}

/// The figures that are compared as bars with their limits; none where there are none.
fn chart(lines: &[TrendLine]) -> Option<ReportChart> {
    let number = |value| Figure { value, code: String::new() };
    let bar = |line: &TrendLine| {
        let said =
            line.expectation.as_ref().filter(|said| ["as_expected", "above", "below"].contains(&&*said.verdict))?;
        let figure = line.figure.clone()?;
        Some(ReportBar { title: line.title.clone(), figures: vec![figure, number(said.least), number(said.most)] })
    };
    let bars: Vec<ReportBar> = lines.iter().filter_map(bar).collect();
    let said = |bar: &ReportBar| {
        let of = |n: usize| bar.figures.get(n).map(|figure| words::number(figure.value)).unwrap_or_default();
        format!("{}: {}, chance explains {} to {}.", bar.title, of(0), of(1), of(2))
    };
    let description: Vec<String> = bars.iter().map(said).collect();
    let series = ["This term", "The least that chance explains", "The most that chance explains"];
    (!bars.is_empty()).then(|| ReportChart {
        title: "This term and what chance explains".to_owned(),
        description: description.join(" "),
        series: series.map(str::to_owned).to_vec(),
        bars,
    })
}

impl Trends {
    fn new(answer: &GetAuthorityTrendsResponse) -> Self {
        let term = answer.term.clone().unwrap_or_default();
        let expected = |line: &TrendLine| {
            let said = line.expectation.as_ref()?;
            let expected = Expected::new(&line.title, dated(line.figure.as_ref(), &line.held_date), said);
            let definition = defined(&line.definition, (line.measure_version, &line.owner), &line.events);
            Some(Expected { definition, ..expected })
        };
        Self {
            head: Head::new(
                "This term beside the terms before",
                vec![Link::new("Schools that need help", "/authority")],
            )
            .of(term.title),
            rows: standing(None, &answer.as_at_date, answer.figures_as_of_time.as_ref()),
            expected: answer.lines.iter().filter_map(expected).collect(),
            drawing: chart(&answer.lines).map(|chart| Drawing::new("all", &chart)),
            method: answer.method.clone(),
            min_cell: answer.min_cell,
            as_at: AsAt::new("/authority/trends", &term.term_id, &answer.as_at_date),
        }
    }
}

async fn fetch(visit: &Visit, which: &Which) -> Result<GetAuthorityTrendsResponse, Error> {
    let asked = GetAuthorityTrendsRequest { term_id: which.term.clone(), as_at_date: which.as_at_date()? };
    heard(visit.reporting()?.get_authority_trends(ask(asked))).await
}

/// Shows them.
pub async fn show(visit: Visit, Known(which): Known<Which>) -> Answer {
    visit.needs(Permission::ReportReadAuthority)?;
    match fetch(&visit, &which).await {
        Ok(answer) => visit.page(&Trends::new(&answer)),
        Err(error) => {
            let head = Head::new("Figures as they were known on a day", visit.crumbs(&[]));
            tables::day_again(&visit, head, "/authority/trends", (&which.term, &which.as_at), error)
        }
    }
}

/// What is said of a figure, as tests of pages see it.
#[cfg(test)]
pub fn sample(verdict: &str) -> proto::reporting::v1::Expectation {
    proto::reporting::v1::Expectation {
        verdict: verdict.into(),
        expected_tenths: 243,
        least: 12,
        most: 39,
        days: 52,
        terms: 5,
        reason: "31 in 52 school days. About 24.3 were to be expected.".into(),
    }
}

impl Page for Trends {
    const TEMPLATE: &'static str = "trends.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let line = |title: &str, value, code: &str, verdict: &str| TrendLine {
            key: title.into(),
            title: title.into(),
            figure: Some(Figure { value, code: code.into() }),
            held_date: if verdict == "above" { "2026-11-15".into() } else { String::new() },
            expectation: Some(sample(verdict)),
            definition: "Cases opened <so> in the period.".into(),
            owner: "dsl".into(),
            measure_version: 1,
            events: vec!["CaseOpened".into()],
        };
        let lines = vec![
            line("Cases <opened>", 44, "", "above"),
            line("Concerns recorded", 31, "", "as_expected"),
            line("Referrals made", 6, "", "below"),
            line("Alerts", 9, "", "too_short"),
            line("Parents told", 0, "c", "unsaid"),
        ];
        let full = GetAuthorityTrendsResponse {
            lines,
            method: "Each figure is compared.".into(),
            min_cell: 6,
            as_at_date: "2026-11-20".into(),
            figures_as_of_time: Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 }),
            ..GetAuthorityTrendsResponse::default()
        };
        vec![Self::new(&full), Self::new(&GetAuthorityTrendsResponse::default())]
    }
}
