//! What the designated officer published of the years: nothing else of the desk is to be seen here.

use proto::{
    access::v1::Permission,
    reporting::v1::{ListPublishedYearsRequest, ListPublishedYearsResponse, PublishedFigure, PublishedYear},
};
use serde::Serialize;

use crate::{
    console::{
        figures::{figure, standing},
        known::{Known, Nothing},
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        part::{Head, Link, Row},
        words,
    },
};

/// The page.
#[derive(Debug, Serialize)]
pub struct Published {
    head: Head,
    /// How far events are counted.
    rows: Vec<Row>,
    years: Vec<Year>,
}

#[derive(Debug, Serialize)]
struct Year {
    title: String,
    published: String,
    tables: Vec<Shown>,
}

#[derive(Debug, Serialize)]
struct Shown {
    id: String,
    title: &'static str,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    title: String,
    figure: String,
}

impl Page for Published {
    const TEMPLATE: &'static str = "authority_lado.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::reporting::v1::Figure;

        let figure = |title: &str, value, code: &str| PublishedFigure {
            key: title.into(),
            title: title.into(),
            figure: Some(Figure { value, code: code.into() }),
        };
        let year = PublishedYear {
            desk: "lado".into(),
            year: "2025-26".into(),
            opened: vec![figure("Allegations <taken in>", 20, ""), figure("Told by a child", 0, "c")],
            closed: vec![figure("Allegations closed", 0, "")],
            publish_time: None,
            version: 2,
        };
        let answer = ListPublishedYearsResponse {
            years: vec![year],
            figures_as_of_time: Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 }),
        };
        vec![Self::new(&answer, Vec::new()), Self::new(&ListPublishedYearsResponse::default(), Vec::new())]
    }
}

fn year(year: &PublishedYear) -> Year {
    let table = |part: &str, title, figures: &[PublishedFigure]| Shown {
        id: format!("{part}-{}", year.year),
        title,
        lines: figures
            .iter()
            .map(|one| Line { title: one.title.clone(), figure: figure(one.figure.as_ref()) })
            .collect(),
    };
    Year {
        title: match year.version {
            2.. => format!("1 April to 31 March, {}, version {}", year.year, year.version),
            _ => format!("1 April to 31 March, {}", year.year),
        },
        published: words::stamp(year.publish_time.as_ref()).unwrap_or_default(),
        tables: vec![table("opened", "Taken in", &year.opened), table("closed", "Closed", &year.closed)],
    }
}

impl Published {
    fn new(answer: &ListPublishedYearsResponse, crumbs: Vec<Link>) -> Self {
        Self {
            head: Head::new("Allegations against adults: published figures", crumbs),
            rows: standing(None, "", answer.figures_as_of_time.as_ref()),
            years: answer.years.iter().map(year).collect(),
        }
    }
}

/// Shows them.
pub async fn show(visit: Visit, Known(Nothing {}): Known<Nothing>) -> Answer {
    visit.needs(Permission::ReportReadAuthority)?;
    let asked = ListPublishedYearsRequest { desk: "lado".to_owned() };
    let answer = heard(visit.reporting()?.list_published_years(ask(asked))).await?;
    visit.page(&Published::new(&answer, visit.crumbs(&[])))
}
