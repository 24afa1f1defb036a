//! How long what the filter reported is kept, and proof of what was deleted.

use chassis::clock::moment;
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{GetLogKeepingRequest, GetLogKeepingResponse, LogDeletion},
};
use serde::Serialize;

use crate::{
    console::visit::{Answer, Visit, ask, heard},
    pages::{
        Page,
        part::{Head, Link, Row},
        words,
    },
};

/// The page.
#[derive(Debug, Serialize)]
pub struct LogKeeping {
    head: Head,
    rows: Vec<Row>,
    deletions: Vec<Deleted>,
}

#[derive(Debug, Serialize)]
struct Deleted {
    when: String,
    before: String,
    counts: Vec<String>,
}

impl Page for LogKeeping {
    const TEMPLATE: &'static str = "log_keeping.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let at = Some(chassis::clock::timestamp(time::macros::datetime!(2026-11-01 02:00 UTC)));
        let deletion = LogDeletion {
            create_time: at,
            before_time: at,
            observations: 120_000,
            alerts: 1,
            ..LogDeletion::default()
        };
        let answer = GetLogKeepingResponse { keep_months: 12, before_time: at, deletions: vec![deletion] };
        let crumbs = || vec![Link::new("Home", "/")];
        vec![Self::new(&answer, "/p", crumbs()), Self::new(&GetLogKeepingResponse::default(), "/p", crumbs())]
    }
}

impl LogKeeping {
    fn new(answer: &GetLogKeepingResponse, policy: &str, crumbs: Vec<Link>) -> Self {
        let months = words::counted(answer.keep_months.into(), "month", "months");
        let mut rows = vec![Row::new("Kept for", format!("{months} besides the running one")).to(policy)];
        rows.extend(Row::some(
            "Nothing is kept that came in before",
            answer.before_time.as_ref().and_then(moment).map(words::date),
        ));
        Self {
            head: Head::new("How long filter logs are kept", crumbs),
            rows,
            deletions: answer.deletions.iter().map(deleted).collect(),
        }
    }
}

fn deleted(deletion: &LogDeletion) -> Deleted {
    let LogDeletion { observations, rejected_lines, alerts, episodes, deliveries, fingerprints, .. } = *deletion;
    let counts = [
        (observations, "event", "events"),
        (rejected_lines, "list of rejected lines", "lists of rejected lines"),
        (alerts, "alert with its evidence", "alerts with their evidence"),
        (episodes, "group of events behind alerts", "groups of events behind alerts"),
        (deliveries, "name of a file", "names of files"),
        (fingerprints, "hour of fingerprints", "hours of fingerprints"),
    ];
    let said = counts.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| words::counted(n, one, many));
    Deleted {
        when: words::stamp(deletion.create_time.as_ref()).unwrap_or_default(),
        before: words::day(deletion.before_time.as_ref()).unwrap_or_default(),
        counts: said.collect(),
    }
}

/// Shows it.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::FeedRead)?;
    let asked = GetLogKeepingRequest { school_id: visit.school.clone() };
    let answer = heard(visit.filtering()?.get_log_keeping(ask(asked))).await?;
    let policy = if visit.may(Permission::PolicyRead) { visit.at("/policy") } else { String::new() };
    let crumbs = visit.crumbs(&[("Filtering", visit.at("/filtering"))]);
    visit.page(&LogKeeping::new(&answer, &policy, crumbs))
}
