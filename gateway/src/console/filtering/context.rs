//! What stands beside an alert: what the same person did in the hour before it and after it.

use axum::extract::Path;
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{BrowsingLine, GetAlertContextRequest, GetAlertContextResponse},
};
use serde::Serialize;

use super::alert::way;
use crate::{
    console::visit::{Answer, Visit, ask, heard},
    pages::{
        Page,
        part::{Head, Link, Row},
        words::{self, filtering as said},
    },
};

/// What stands beside an alert.
#[derive(Debug, Serialize)]
pub struct ContextPage {
    head: Head,
    rows: Vec<Row>,
    sought_help: bool,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    when: String,
    site: String,
    searched: String,
    outcome: String,
}

impl Line {
    fn new(line: &BrowsingLine) -> Self {
        Self {
            when: words::stamp(line.event_time.as_ref()).unwrap_or_default(),
            site: if line.withheld {
                "Withheld: it may be illegal material".into()
            } else {
                words::filtering::visible(&line.host)
            },
            searched: words::filtering::visible(&line.search_terms),
            outcome: words::sentence(&words::spaced(&line.outcome)),
        }
    }
}

impl Page for ContextPage {
    const TEMPLATE: &'static str = "alert_context.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let at = Some(chassis::clock::timestamp(time::macros::datetime!(2026-11-24 09:00 UTC)));
        let line = BrowsingLine {
            event_time: at,
            host: "search.example".into(),
            search_terms: "<roman> roads".into(),
            outcome: "allowed".into(),
            withheld: false,
        };
        let withheld = BrowsingLine { withheld: true, host: String::new(), ..line.clone() };
        let full = GetAlertContextResponse {
            lines: vec![line, withheld],
            start_time: at,
            end_time: at,
            sought_help: true,
            known_by: "device".into(),
        };
        vec![Self::new(&full, Vec::new()), Self::new(&GetAlertContextResponse::default(), Vec::new())]
    }
}

impl ContextPage {
    fn new(context: &GetAlertContextResponse, crumbs: Vec<Link>) -> Self {
        let mut rows: Vec<Row> = Vec::new();
        rows.extend(Row::some("From", words::stamp(context.start_time.as_ref())));
        rows.extend(Row::some("Until", words::stamp(context.end_time.as_ref())));
        rows.extend(Row::some(
            "How it is known to be the same person",
            Some(context.known_by.as_str()).filter(|k| !k.is_empty()).map(|k| words::called(said::KNOWN_BY, k)),
        ));
        Self {
            head: Head::new("Beside the alert", crumbs),
            rows,
            sought_help: context.sought_help,
            lines: context.lines.iter().map(Line::new).collect(),
        }
    }
}

/// Shows it.
pub async fn show(visit: Visit, Path((_, alert_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::AlertRead)?;
    let asked = GetAlertContextRequest { school_id: visit.school.clone(), alert_id: alert_id.clone() };
    let context = heard(visit.filtering()?.get_alert_context(ask(asked))).await?;
    let mut crumbs = way(&visit, true);
    crumbs.push(Link::new("Filter alert", visit.at(&format!("/filtering/alerts/{alert_id}"))));
    visit.page(&ContextPage::new(&context, crumbs))
}
