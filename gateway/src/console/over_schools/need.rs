//! Why schools need help: every school with its reasons, and what a reason is and counts.

use chassis::{error::Error, table::Table};
use proto::access::v1::{ListSchoolsByNeedRequest, ListSchoolsByNeedResponse, NeedKind, Permission, SchoolNeed};
use serde::Serialize;

use crate::{
    console::{
        figures::{attachment, defined, standing},
        known::{Known, Nothing},
        visit::{Answer, Visit, ask_patiently, heard},
    },
    pages::{
        Page,
        part::{Head, Link, Row},
    },
};

/// The page.
#[derive(Debug, Serialize)]
pub struct Needs {
    head: Head,
    /// How far events are counted.
    rows: Vec<Row>,
    /// The kinds that could not be asked for just now.
    unknown: Vec<String>,
    schools: Vec<Line>,
    kinds: Vec<Kind>,
    csv: Link,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    weight: String,
    reasons: Vec<Link>,
}

#[derive(Debug, Serialize)]
struct Kind {
    title: String,
    definition: String,
    weight: String,
}

impl Page for Needs {
    const TEMPLATE: &'static str = "authority_needs.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::access::v1::NeedReason;

        let kind = NeedKind {
            key: "late_transfers".into(),
            title: "Children’s files <overdue>".into(),
            definition: "A file is late.".into(),
            owner: "dsl".into(),
            version: 1,
            weight: 7,
        };
        let reason = NeedReason {
            key: "late_transfers".into(),
            text: "Children’s files overdue".into(),
            weight: 7,
            place: "/late-transfers".into(),
        };
        let school = |reasons: Vec<NeedReason>| SchoolNeed {
            school_id: "sch_1".into(),
            name: "Thistledown Grange School".into(),
            weight: 7,
            reasons,
        };
        let full = ListSchoolsByNeedResponse {
            schools: vec![school(vec![reason]), school(Vec::new())],
            kinds: vec![kind],
            unknown: vec!["late_transfers".into()],
            figures_as_of_time: Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 }),
        };
        vec![Self::new(&full, Vec::new()), Self::new(&ListSchoolsByNeedResponse::default(), Vec::new())]
    }
}

/// The reasons of a school, each with the page where more of it is to be seen.
pub fn reasons(need: &SchoolNeed) -> Vec<Link> {
    need.reasons.iter().map(|reason| Link::new(reason.text.clone(), reason.place.clone())).collect()
}

/// What could not be asked for just now, by what it is called.
pub fn unknown(answer: &ListSchoolsByNeedResponse) -> Vec<String> {
    let kinds = answer.kinds.iter().filter(|kind| answer.unknown.contains(&kind.key));
    kinds.map(|kind| kind.title.clone()).collect()
}

impl Needs {
    fn new(answer: &ListSchoolsByNeedResponse, crumbs: Vec<Link>) -> Self {
        let line = |need: &SchoolNeed| Line {
            link: Link::new(need.name.clone(), format!("/schools/{}/policy", need.school_id)),
            weight: need.weight.to_string(),
            reasons: reasons(need),
        };
        let kind = |kind: &NeedKind| Kind {
            title: kind.title.clone(),
            definition: defined(&kind.definition, (kind.version, &kind.owner), &[]),
            weight: kind.weight.to_string(),
        };
        Self {
            head: Head::new("Why schools need help", crumbs),
            rows: standing(None, "", answer.figures_as_of_time.as_ref()),
            unknown: unknown(answer),
            schools: answer.schools.iter().map(line).collect(),
            kinds: answer.kinds.iter().map(kind).collect(),
            csv: Link::new("Download as a table (CSV)", "/authority/needs.csv"),
        }
    }
}

/// Which schools need help, as the gateway itself answers it.
///
/// # Errors
/// What is refused.
pub async fn fetch(visit: &Visit) -> Result<ListSchoolsByNeedResponse, Error> {
    let mut oversight = visit.app.oversight(&visit.visitor)?;
    heard(oversight.list_schools_by_need(ask_patiently(ListSchoolsByNeedRequest {}))).await
}

/// Shows them.
pub async fn show(visit: Visit, Known(Nothing {}): Known<Nothing>) -> Answer {
    visit.needs(Permission::ReportReadAuthority)?;
    let answer = fetch(&visit).await?;
    visit.page(&Needs::new(&answer, visit.crumbs(&[])))
}

/// A row for each reason, for a spreadsheet.
pub async fn csv(visit: Visit, Known(Nothing {}): Known<Nothing>) -> Answer {
    visit.needs(Permission::ReportReadAuthority)?;
    let answer = fetch(&visit).await?;
    let mut table = Table::new(["SCHOOL", "WEIGHT", "REASON", "IN_WORDS", "REASON_WEIGHT"])?;
    for need in &answer.schools {
        let weight = need.weight.to_string();
        for reason in &need.reasons {
            table.row([need.name.as_str(), &weight, &reason.key, &reason.text, &reason.weight.to_string()])?;
        }
    }
    attachment("schools-by-need.csv", table)
}
