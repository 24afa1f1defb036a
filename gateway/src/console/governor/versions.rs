//! Every report that the head signed, the newest first.

use proto::{
    access::v1::Permission,
    reporting::v1::{ListReportVersionsRequest, ListReportVersionsResponse, ReportVersion},
};
use serde::Serialize;

use crate::{
    console::{
        known::Known,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        part::{From, Head, Link, Pager},
        words,
    },
};

/// The list.
#[derive(Debug, Serialize)]
pub struct Versions {
    head: Head,
    versions: Vec<Line>,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    signed: String,
    reason: String,
    digest: String,
}

impl Versions {
    fn new(answer: &ListReportVersionsResponse, crumbs: Vec<Link>, reports: &str, page_token: &str) -> Self {
        let line = |version: &ReportVersion| {
            let term = version.term.clone().unwrap_or_default();
            let at = format!("{reports}/{}/versions/{}", term.term_id, version.version);
            Line {
                link: Link::new(format!("{}, version {}", term.title, version.version), at),
                signed: words::stamp(version.sign_time.as_ref()).unwrap_or_default(),
                reason: version.reason.clone(),
                digest: version.digest.clone(),
            }
        };
        Self {
            head: Head::new("Signed reports", crumbs),
            versions: answer.versions.iter().map(line).collect(),
            pager: Pager::new(&format!("{reports}/signed"), &[], page_token, &answer.next_page_token),
        }
    }
}

/// Lists them.
pub async fn list(visit: Visit, Known(from): Known<From>) -> Answer {
    visit.needs(Permission::ReportRead)?;
    let asked = ListReportVersionsRequest {
        school_id: visit.school.clone(),
        term_id: String::new(),
        page_size: 50,
        page_token: from.page_token.clone(),
    };
    let answer = heard(visit.reporting()?.list_report_versions(ask(asked))).await?;
    let crumbs = super::crumbs(&visit);
    visit.page(&Versions::new(&answer, crumbs, &visit.at("/reports"), &from.page_token))
}

impl Page for Versions {
    const TEMPLATE: &'static str = "report_versions.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let versions = vec![super::samples::version(2), super::samples::version(1)];
        let answer = ListReportVersionsResponse { versions, next_page_token: "x".into() };
        let reports = "/schools/sch_1/reports";
        vec![
            Self::new(&answer, Vec::new(), reports, ""),
            Self::new(&ListReportVersionsResponse::default(), Vec::new(), reports, ""),
        ]
    }
}
