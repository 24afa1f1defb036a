//! Which schools are late with children's files, with what and for how long: for the authority, without a child and without how many.

use proto::{
    access::v1::Permission,
    incident_cases::v1::{LateTransfers, ListLateTransfersRequest},
};
use serde::Serialize;

use crate::{
    console::{
        authority,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        part::Head,
        words::{self, Codes},
    },
};

/// The schools that are late.
#[derive(Debug, Serialize)]
pub struct LatePage {
    head: Head,
    schools: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    school: String,
    overdue: Vec<String>,
    longest: String,
    before: bool,
    none_went: bool,
}

/// With what a school is late.
const OVERDUE: Codes = &[
    ("sending", "A file is not sent"),
    ("receiving", "A file that was sent to it is not received"),
    ("confirming", "A school outside has not confirmed a file"),
];

impl Line {
    fn new(late: &LateTransfers, school: &str) -> Self {
        let days = u64::try_from(late.longest_days).unwrap_or_default();
        Self {
            school: words::sentence(school),
            overdue: late.overdue.iter().map(|with| words::called(OVERDUE, with)).collect(),
            longest: if days == 0 { String::new() } else { words::counted(days, "day", "days") },
            before: late.late_before,
            none_went: late.none_went,
        }
    }
}

impl Page for LatePage {
    const TEMPLATE: &'static str = "late_transfers.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let late = LateTransfers {
            school_id: "sch_1".into(),
            overdue: vec!["receiving".into(), "sending".into()],
            longest_days: 3,
            late_before: true,
            none_went: true,
        };
        let head = || Head::new(TITLE, vec![crate::pages::part::Link::new("Home", "/")]);
        let line = Line::new(&late, "Harrowmere <High> School");
        vec![Self { head: head(), schools: vec![line] }, Self { head: head(), schools: Vec::new() }]
    }
}

const TITLE: &str = "Children’s files that are late";

/// Shows them.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::ShareOversee)?;
    let found = heard(visit.cases()?.list_late_transfers(ask(ListLateTransfersRequest {}))).await?.schools;
    // So that they are called by their names; where that fails, they are "another school".
    authority::schools(&visit).await.ok();
    let mut schools = Vec::new();
    for late in &found {
        schools.push(Line::new(late, &visit.school_name(&late.school_id).await));
    }
    visit.page(&LatePage { head: Head::new(TITLE, visit.crumbs(&[])), schools })
}
