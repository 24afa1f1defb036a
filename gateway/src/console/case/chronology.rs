//! The chronology of a case: its significant events with what they meant for the child, oldest first, to read or print.

use axum::extract::Path;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, Entry},
};
use serde::Serialize;

use super::{STATES, entry, fetch, named};
use crate::{
    console::{
        people::People,
        visit::{Answer, Visit},
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

/// One significant event.
#[derive(Debug, Serialize)]
struct Line {
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
        let page = |case: &Case| Self::new(case, &people, Vec::new(), "/schools/sch_1/cases/cas_1");
        vec![page(&super::sample()), page(&Case::default())]
    }
}

impl Chronology {
    fn new(case: &Case, people: &People, crumbs: Vec<Link>, here: &str) -> Self {
        let mut rows = vec![Row::new("Kind of incident", case.procedure_title.clone())];
        rows.extend(Row::some("Opened", words::day(case.create_time.as_ref())));
        rows.push(Row::new("State", words::called(STATES, &case.state)));
        let parts = case.involvements.iter().filter(|i| i.end.is_none());
        let parts = parts
            .map(|i| format!("{}, {}", super::part::called(i), words::called(words::PARTS, &i.role).to_lowercase()));
        rows.extend(Row::some("People", Some(parts.collect::<Vec<_>>().join("\n"))));
        let mut events: Vec<&Entry> = case.entries.iter().filter(|entry| entry.significant).collect();
        events.sort_by_key(|one| entry::order(one));
        let line = |one: &&Entry| Line {
            day: entry::day(one),
            title: entry::title(one),
            text: entry::said(one),
            impact: one.impact.clone(),
            recorded: format!("{}, by {}", entry::when(one), people.name(&one.account_id)),
        };
        Self {
            head: Head::new("Chronology", crumbs).of(case.reference.clone()),
            rows,
            events: events.iter().map(line).collect(),
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
    let people = named(&visit, &case, &[]).await;
    let here = visit.at(&format!("/cases/{case_id}"));
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("Case", here.clone())]);
    visit.page(&Chronology::new(&case, &people, crumbs, &here))
}
